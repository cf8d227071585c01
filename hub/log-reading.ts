import type { AuditChain } from "./audit/audit-chain.ts";
import { entryBy } from "./auth/authority/requester.ts";
import { createLogFollower, type LogFollowerOptions } from "./gateway/log-follower.ts";
import type { LogDownload } from "./http/routes/log-download.ts";
import type { LogStore } from "./logs/log-store.ts";
import { LogQueries } from "./logs/query/log-queries.ts";
import { ScanPool, type ScanPoolOptions } from "./logs/query/scan/scan-pool.ts";
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

/** Who took which part of which logs away. Of several containers it is one row, which names them all. */
export const recordDownload = async (
  audit: AuditChain,
  { actor, address, containers, details }: LogDownload,
): Promise<void> => {
  const [only] = containers;
  const isOne = only !== undefined && containers.length === 1;
  const target = isOne
    ? ({ type: "container", id: only.containerId, name: only.name } as const)
    : ({ type: "org", id: actor.orgId, name: `${containers.length} containers` } as const);
  const containerIds = containers.map(({ containerId }) => containerId).join(",");
  const entry = { kind: "logs.downloaded", target, details: isOne ? details : { ...details, containerIds } } as const;
  await audit.append(actor.orgId, entryBy({ actor, address }, entry));
};
