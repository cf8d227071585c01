import type { Retention, RetentionRequest } from "@yardarm/protocol/api/retention";
import type { OrgId } from "@yardarm/protocol/ids";
import type { AuditChain } from "./audit/audit-chain.ts";
import { auditActorOf, type Requester } from "./auth/authority/requester.ts";
import type { Config } from "./config.ts";
import type { KeptUpkeep } from "./inventory/kept-upkeep.ts";
import { KEEPER_TICK_MS, type KeptStore, LogKeeper } from "./logs/log-keeper.ts";
import type { Eviction, OrgRetention, RetentionLimits } from "./logs/retention.ts";
import type { Storage } from "./storage/storage.ts";
import type { LogRetentionBounds } from "./storage/tables/log-retention.ts";

/** The instance's and the orgs' bounds as the log store is given them. */

type Defaults = Pick<Config, "logDays" | "logContainerBytes" | "logOrgBytes" | "logTotalBytes" | "logMinFreeBytes">;

const boundOf = (bytes: number): number | null => (bytes === 0 ? null : bytes);

const inForce = (own: LogRetentionBounds, config: Defaults): OrgRetention => ({
  maxDays: boundOf(own.maxDays ?? config.logDays),
  maxContainerBytes: boundOf(own.maxContainerBytes ?? config.logContainerBytes),
  maxOrgBytes: boundOf(own.maxOrgBytes ?? config.logOrgBytes),
});

const NOTHING_SET: LogRetentionBounds = { maxDays: null, maxContainerBytes: null, maxOrgBytes: null };

export const readLimits = async (storage: Storage, config: Defaults): Promise<RetentionLimits> => {
  const rows = await storage.system.logRetention.list();
  return {
    maxTotalBytes: boundOf(config.logTotalBytes),
    minFreeBytes: config.logMinFreeBytes,
    defaults: inForce(NOTHING_SET, config),
    orgs: new Map(rows.map((row) => [row.orgId, inForce(row, config)])),
  };
};

/** What `/api/retention` shows of an org. */
export const readRetention = async (
  { storage, config }: { readonly storage: Storage; readonly config: Defaults },
  orgId: OrgId,
): Promise<Retention> => {
  const own = await storage.org(orgId).logRetention.find();
  const { maxDays, maxContainerBytes, maxOrgBytes } = inForce(own, config);
  return {
    own: { days: own.maxDays, containerBytes: own.maxContainerBytes, orgBytes: own.maxOrgBytes },
    inForce: { days: maxDays ?? 0, containerBytes: maxContainerBytes ?? 0, orgBytes: maxOrgBytes ?? 0 },
  };
};

/** Changes an org's bounds, with its audit row. */
export const changeRetention = (
  { storage, audit }: { readonly storage: Storage; readonly audit: AuditChain },
  requester: Requester,
  change: RetentionRequest,
): Promise<void> =>
  storage.transaction(async (scope) => {
    const org = scope.org(requester.actor.orgId);
    const before = await org.logRetention.find();
    const after: LogRetentionBounds = {
      maxDays: change.days === undefined ? before.maxDays : change.days,
      maxContainerBytes: change.containerBytes === undefined ? before.maxContainerBytes : change.containerBytes,
      maxOrgBytes: change.orgBytes === undefined ? before.maxOrgBytes : change.orgBytes,
    };
    await org.logRetention.set(after);
    await audit.appendIn(org, {
      kind: "retention.changed",
      actor: auditActorOf(requester.actor),
      target: null,
      address: requester.address,
      reason: null,
      outcome: "success",
      details: { before: JSON.stringify(before), after: JSON.stringify(after) },
    });
  });

export interface KeepLogsOptions {
  readonly store: KeptStore;
  readonly storage: Storage;
  readonly config: Defaults;
  readonly evicted: (eviction: Eviction) => void;
  /** Forgets removed containers of which nothing is stored any more. */
  readonly kept: Pick<KeptUpkeep, "evicted" | "tick" | "stop">;
  readonly every: (intervalMs: number, task: () => Promise<void>) => () => void;
}

/** Has the log store compacted and kept within its bounds until the returned function is called. */
export const keepLogs = (options: KeepLogsOptions): (() => Promise<void>) => {
  const { store, storage, config, kept, every } = options;
  const keeper = new LogKeeper({
    store,
    limits: () => readLimits(storage, config),
    evicted: (eviction) => {
      kept.evicted();
      options.evicted(eviction);
    },
  });
  const stopTicking = every(KEEPER_TICK_MS, async () => {
    await keeper.tick();
    await kept.tick();
  });
  return async () => {
    stopTicking();
    await Promise.all([keeper.stop(), kept.stop()]);
  };
};
