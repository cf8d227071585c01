import path from "node:path";
import type { Config } from "./config.ts";
import type { LogDamage, LogStore } from "./logs/log-store.ts";
import { openPgLogStore } from "./logs/postgres/pg-log-store.ts";
import { SqliteLogStore } from "./logs/sqlite/sqlite-log-store.ts";
import type { HubMetrics } from "./observability/metrics.ts";
import type { CommittedLog } from "./relay/log/committed-log.ts";
import { after } from "./timers.ts";

/** Log lines live beside the rows: in files per org and day, or in the same PostgreSQL. */
export const openLogStore = async (
  config: Config,
  directory: string,
  damaged: (damage: LogDamage) => void,
): Promise<LogStore> => {
  const time = { nowMs: Date.now, after, damaged };
  return config.databaseUrl === null
    ? new SqliteLogStore({ ...time, directory: path.join(directory, "logs") })
    : openPgLogStore({ ...time, url: config.databaseUrl, evictionRestMs: 30_000 });
};

/** The relay's view of the store, with the committed lines counted. */
export const countingCommits = (store: LogStore, { logLinesCommitted }: HubMetrics): CommittedLog => ({
  append: async (commit) => {
    await store.append(commit);
    logLinesCommitted.inc(commit.cursor.nextSeq - commit.firstSeq);
  },
  cursors: (orgId, containerIds) => store.cursors(orgId, containerIds),
  readRange: (query) => store.readRange(query),
  firstSeq: (orgId, containerId) => store.firstSeq(orgId, containerId),
});
