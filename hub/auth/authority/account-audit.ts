import type { AuditChain } from "../../audit/audit-chain.ts";
import type { AuditEntry } from "../../audit/audit-row.ts";
import type { StorageScope } from "../../storage/storage.ts";
import type { User } from "../../storage/tables/users.ts";
import { auditActorOf } from "./requester.ts";

/** A row about somebody's own account. An account belongs to no org, so each of its orgs has the row. */
export const recordForAccount = async (
  { audit, scope }: { readonly audit: AuditChain; readonly scope: StorageScope },
  user: Pick<User, "userId" | "name">,
  what: Pick<AuditEntry, "kind" | "address"> & Partial<AuditEntry>,
): Promise<void> => {
  for (const { orgId } of await scope.system.orgs.listOf(user.userId)) {
    await audit.appendIn(scope.org(orgId), {
      actor: auditActorOf(user),
      target: { type: "user", id: user.userId, name: user.name },
      reason: null,
      outcome: "success",
      ...what,
    });
  }
};
