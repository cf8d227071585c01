import type { AuditChain, AuditFilter } from "./audit/audit-chain.ts";
import type { AuditRow } from "./audit/audit-row.ts";
import { entryBy, type Requester } from "./auth/authority/requester.ts";

/** Every audit row that the filter names, oldest first. That somebody takes them away is a row itself, written first. */
export async function* exportAudit(
  audit: AuditChain,
  requester: Requester,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditRow[], void, undefined> {
  const { orgId } = requester.actor;
  const { kinds, actorId, targetId, sinceNs, untilNs } = filter;
  await audit.append(orgId, {
    ...entryBy(requester, { kind: "audit.exported", target: { type: "org", id: orgId, name: "" } }),
    details: {
      kinds: kinds?.join(",") ?? null,
      actorId: actorId ?? null,
      targetId: targetId ?? null,
      sinceNs: sinceNs?.toString() ?? null,
      untilNs: untilNs?.toString() ?? null,
    },
  });
  yield* audit.export(orgId, filter);
}
