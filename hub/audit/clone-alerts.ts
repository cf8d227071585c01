import type { HostId, OrgId } from "@yardarm/protocol/ids";
import type { AuditChain } from "./audit-chain.ts";

/** A second agent comes back every half minute for as long as somebody runs it: one row an hour says it. */
const ALERT_EVERY_MS = 3_600_000;

export interface CloneAlertsOptions {
  readonly audit: Pick<AuditChain, "append">;
  readonly nowMs: () => number;
  /** Told of rows that could not be written; the second agent stays refused. */
  readonly report: (error: unknown) => void;
}

/** One identity used from two places, as audit rows: somebody copied an agent's key, or a machine with it (HOST-06). */
export class CloneAlerts {
  readonly #options: CloneAlertsOptions;
  readonly #alertedAtMs = new Map<HostId, number>();

  constructor(options: CloneAlertsOptions) {
    this.#options = options;
  }

  /** A second agent of this host was refused while the first one answers. Never throws and never waits. */
  record(host: { readonly orgId: OrgId; readonly hostId: HostId; readonly name: string }): void {
    const { audit, nowMs, report } = this.#options;
    const now = nowMs();
    const before = this.#alertedAtMs.get(host.hostId);
    if (before !== undefined && now - before < ALERT_EVERY_MS) return;
    this.#alertedAtMs.set(host.hostId, now);
    const entry = {
      kind: "host.cloned",
      actor: { type: "agent", id: host.hostId, name: host.name },
      target: { type: "host", id: host.hostId, name: host.name },
      address: null,
      reason: "Two agents use this host's identity at the same time.",
      outcome: "denied",
    } as const;
    audit.append(host.orgId, entry).catch(report);
  }
}
