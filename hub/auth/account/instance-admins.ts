import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import { recordForAccount } from "../authority/account-audit.ts";

/**
 * For the operator: who else runs the installation, or does no more. It counts from the person's next request on, and
 * each of their orgs has a row of it. Nothing is written when it is so already.
 *
 * @param change `email` normalised
 * @returns false where no account has this address
 */
export const nameInstanceAdmin = async (
  { storage, audit, nowMs }: { readonly storage: Storage; readonly audit: AuditChain; readonly nowMs: () => number },
  { email, isAdmin }: { readonly email: string; readonly isAdmin: boolean },
): Promise<boolean> => {
  const user = await storage.system.users.findByEmail(email);
  if (user === undefined) return false;
  if ((user.instanceAdminAtMs !== null) === isAdmin) return true;
  await storage.transaction(async (scope) => {
    await scope.system.users.setInstanceAdmin(user.userId, isAdmin ? nowMs() : null);
    await recordForAccount({ audit, scope }, user, {
      kind: isAdmin ? "admin.granted" : "admin.revoked",
      actor: { type: "hub", id: null, name: `yardarm user ${isAdmin ? "grant-admin" : "revoke-admin"}` },
      address: null,
      details: { email },
    });
  });
  return true;
};
