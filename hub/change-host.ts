import { ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import type { AuditChain } from "./audit/audit-chain.ts";
import type { AuditActor } from "./audit/audit-row.ts";
import type { Storage } from "./storage/storage.ts";

export type HostChange = {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  readonly actor: AuditActor;
  readonly address: string;
};

/** Marks a host as removed, with its audit row, in one transaction: its key is refused from then on. */
export const removeHost = (
  { storage, audit, nowMs }: { readonly storage: Storage; readonly audit: AuditChain; readonly nowMs: () => number },
  change: HostChange,
): Promise<void> =>
  storage.transaction(async (scope) => {
    const org = scope.org(change.orgId);
    const host = await org.hosts.find(change.hostId);
    if (host === undefined || !(await org.hosts.remove(change.hostId, nowMs()))) {
      throw new ProtocolError("not_found", "There is no such host.");
    }
    await audit.appendIn(org, {
      kind: "host.removed",
      actor: change.actor,
      target: { type: "host", id: host.hostId, name: host.name },
      address: change.address,
      reason: null,
      outcome: "success",
    });
  });

/** Renames a host, with its audit row. */
export const renameHost = (
  { storage, audit }: { readonly storage: Storage; readonly audit: AuditChain },
  change: HostChange & { readonly name: string },
): Promise<void> =>
  storage.transaction(async (scope) => {
    const org = scope.org(change.orgId);
    const host = await org.hosts.find(change.hostId);
    if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
    await org.hosts.rename(change.hostId, change.name);
    await audit.appendIn(org, {
      kind: "host.renamed",
      actor: change.actor,
      target: { type: "host", id: host.hostId, name: change.name },
      address: change.address,
      reason: null,
      outcome: "success",
      details: { before: host.name },
    });
  });
