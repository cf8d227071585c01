import { asId, type ContainerId, type HostId, type OrgId } from "@yardarm/protocol/ids";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { commitOf } from "../log-store.contract.ts";
import { MemoryLogStore } from "../memory-log-store.ts";
import { SqliteLogStore } from "../sqlite/sqlite-log-store.ts";
import { logQueryContract } from "./log-query.contract.ts";
import { openLines } from "./read-lines.ts";
import { EVERY_LINE } from "./scan/line-filter.ts";
import { ScanPool } from "./scan/scan-pool.ts";
import { searchLogs } from "./search-logs.ts";

/** Commits need not wait for company in a test. */
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

logQueryContract("in memory", () => {
  const store = new MemoryLogStore();
  return Promise.resolve(Object.assign(store, { [Symbol.asyncDispose]: () => store.close() }));
});

logQueryContract("SQLite", async () => {
  const directory = await makeTempDir("log-query");
  const store = new SqliteLogStore({ directory: directory.path, nowMs: Date.now, after });
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await directory.remove();
    },
  });
});

test("[LOGS-11] a cursor behind which retention took everything says so; one that still has lines goes on with them", async () => {
  const store = new MemoryLogStore();
  const orgId = asId<OrgId>("org_0000000000aa");
  const containerId = asId<ContainerId>("ctr_0000000000aa");
  await store.append({ ...commitOf(0, [100, 100, 100]), orgId, containerId });
  // No scan here takes long: nobody is ended.
  const pool = new ScanPool({ after: () => () => {}, report: (error) => expect.unreachable(String(error)) });
  const tools = { logs: store, pool, nowMs: () => 0 };
  const query = {
    ...{ orgId, filter: EVERY_LINE, limit: 150, signal: new AbortController().signal },
    containers: [{ containerId, hostId: asId<HostId>("hst_0000000000aa") }],
  };
  try {
    const first = await searchLogs(tools, { ...query, after: null });
    expect(first.hits.map(({ seq }) => seq)).toEqual(Array.from({ length: 150 }, (_, index) => 299 - index));
    store.forget(orgId, containerId, 100);
    const second = await searchLogs(tools, { ...query, after: first.next });
    expect(second.hits.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => 149 - index));
    expect(second.progress).toMatchObject({ isComplete: true, stoppedBy: "end" });
    expect(second.progress.evictedMeanwhile).toBeUndefined();
    store.forget(orgId, containerId, 200);
    const late = await searchLogs(tools, { ...query, after: first.next });
    expect(late).toMatchObject({ hits: [], next: null, progress: { evictedMeanwhile: true, isComplete: true } });
    const scan = pool.open(orgId, EVERY_LINE);
    const rest = await openLines(
      { logs: store, scan },
      { ...query, containerIds: [containerId], tail: null, kind: "text" },
    );
    expect(rest.lineCount).toBe(100);
    scan.close();
  } finally {
    await pool.close();
  }
});
