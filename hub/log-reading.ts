import type { AuditChain } from "./audit/audit-chain.ts";
import { entryBy } from "./auth/requester.ts";
import { createLogFollower, type LogFollowerOptions } from "./gateway/log-follower.ts";
import type { LogDownload } from "./http/routes/log-routes.ts";
import type { LogStore } from "./logs/log-store.ts";
import { LogQueries } from "./logs/query/log-queries.ts";
import { ScanPool, type ScanPoolOptions } from "./logs/query/scan-pool.ts";
import { type CursorSeal, createCursorSeal } from "./logs/query/search-cursor.ts";
import type { Storage } from "./storage/storage.ts";

export interface LogReadingParts extends AsyncDisposable {
  readonly queries: LogQueries;
  readonly cursors: CursorSeal;
}

/** What answers questions about stored logs: threads that scan, and the relay for logs that go on. */
export const openLogReading = async (
  options: LogFollowerOptions &
    ScanPoolOptions & { readonly store: LogStore; readonly storage: Storage; readonly nowMs: () => number },
): Promise<LogReadingParts> => {
  const { store, storage, nowMs } = options;
  const instance = await storage.system.instance.find();
  if (instance === undefined) throw new Error("The database has no instance.");
  const pool = new ScanPool(options);
  return {
    queries: new LogQueries({ logs: store, pool, live: createLogFollower(options), nowMs }),
    cursors: createCursorSeal(instance.nonceKey),
    [Symbol.asyncDispose]: () => pool.close(),
  };
};

/** Who took which part of a log away. */
export const recordDownload = async (
  audit: AuditChain,
  { actor, address, container, details }: LogDownload,
): Promise<void> => {
  const target = { type: "container", id: container.containerId, name: container.name } as const;
  await audit.append(actor.orgId, entryBy({ actor, address }, { kind: "logs.downloaded", target, details }));
};
