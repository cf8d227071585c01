import type { LogHit, LogSearchQueryInput, LogSearchResponse, ScanProgress } from "@yardarm/protocol/api/logs";
import { asId, type ContainerId, type HostId, type WorkloadId } from "@yardarm/protocol/ids";
import { beforeEach, describe, expect, test } from "vitest";
import { progressWords } from "./progress-words.ts";
import { MOST_HITS, StoredSearch } from "./stored-search.ts";

const HOST = asId<HostId>("hst_00000000000000000001");
const NOW_MS = 1_795_269_731_000;

const hit = (seq: number): LogHit => ({
  containerId: asId<ContainerId>("ctr_00000000000000000001"),
  workloadId: asId<WorkloadId>("wkl_00000000000000000001"),
  seq,
  tsNs: "1795269731000000000",
  stream: "stdout",
  level: "info",
  message: `hit ${seq}`,
});

const progress = (fields: Partial<ScanProgress> = {}): ScanProgress => ({
  scannedBackToNs: `${NOW_MS - 60_000}000000`,
  isComplete: false,
  bytesScanned: 1024,
  containersDone: 1,
  containersTotal: 3,
  hostsDone: 3,
  hostsTotal: 5,
  stoppedBy: "budget",
  unreadableLines: 0,
  ...fields,
});

/** A hub that answers when told to. */
let asked: {
  query: LogSearchQueryInput;
  signal: AbortSignal;
  answer: (response: LogSearchResponse) => Promise<void>;
}[];
let fail: (() => Promise<void>) | null;
let search: StoredSearch;

beforeEach(() => {
  asked = [];
  fail = null;
  search = new StoredSearch({
    ask: (query, signal) =>
      new Promise((resolve, reject) => {
        const settled = async (): Promise<void> => void (await new Promise((next) => void setImmediate(next)));
        asked.push({
          query,
          signal,
          answer: (response) => {
            resolve(response);
            return settled();
          },
        });
        fail = () => {
          reject(new Error("no"));
          return settled();
        };
      }),
    onChange: () => {},
  });
});

const answer = async (items: readonly LogHit[], nextCursor: string | null, fields: Partial<ScanProgress> = {}) =>
  asked.at(-1)?.answer({
    ...{ items: [...items], nextCursor, progress: progress(fields) },
    containers: { [hit(0).containerId]: { name: "job", hostId: HOST, hostName: "fra-1" } },
  });

const range = (from: number, count: number): readonly LogHit[] =>
  Array.from({ length: count }, (_, at) => hit(from + at));

describe("[LOGS-11] searching stored lines", () => {
  test("[LOGS-03] the answers say whose lines the hits are, for containers that nothing else shows", async () => {
    search.begin({ q: "x" });
    expect(search.state().sources.size).toBe(0);
    await answer([], "c1");
    expect(search.state().sources.size, "named in vain").toBe(0);
    await answer([hit(1)], "c2");
    await answer([hit(2)], null);
    const { containerId, workloadId } = hit(1);
    const source = { containerId, workloadId, hostId: HOST, name: "job" };
    expect([...search.state().sources]).toEqual([[containerId, source]]);
    search.begin({ q: "y" });
    expect(search.state().sources.size, "of another search").toBe(0);
  });

  test("goes on by itself while the hub needs more time, and says how far it got", async () => {
    search.begin({ q: "x" });
    expect(progressWords(search.state(), NOW_MS, false)).toBe("Searching…");
    await answer([hit(1)], "c1");
    expect(search.state().status).toBe("running");
    expect(progressWords(search.state(), NOW_MS, false)).toMatch(
      /^1 hit · scanned back to \d\d:\d\d:\d\d · 3 of 5 hosts done · 1\.0 KiB read$/,
    );
    expect(asked.at(-1)?.query).toEqual({ q: "x", limit: 100, cursor: "c1" });
    await answer([hit(2)], null, { isComplete: true, stoppedBy: "end", hostsDone: 5 });
    expect(search.state().status).toBe("done");
    expect(progressWords(search.state(), NOW_MS, false)).toBe("2 hits · everything stored was searched · 2.0 KiB read");
    expect(progressWords(search.state(), NOW_MS, true)).toContain("all that is stored of that time was searched");
  });

  test("rests when a page is full, and goes on when asked", async () => {
    search.begin({ q: "x" });
    await answer(range(0, 100), "c1", { stoppedBy: "limit" });
    expect(search.state().status).toBe("paused");
    expect(asked).toHaveLength(1);
    search.further();
    expect(search.state().status).toBe("running");
    await answer(range(100, 50), null, { isComplete: true });
    expect(search.state().hits).toHaveLength(150);
  });

  test("can be stopped and go on; what was asked is taken back", async () => {
    search.begin({ q: "x" });
    await answer([hit(1)], "c1");
    search.stop();
    expect(search.state().status).toBe("paused");
    expect(asked.at(-1)?.signal.aborted).toBe(true);
    await answer([hit(9)], null);
    expect(search.state().hits).toHaveLength(1);
    search.further();
    expect(asked.at(-1)?.query.cursor).toBe("c1");
  });

  test("another search forgets the former one, also its late answer", async () => {
    search.begin({ q: "x" });
    const late = asked.at(-1);
    search.begin({ q: "y" });
    await late?.answer({ items: [hit(1)], containers: {}, nextCursor: null, progress: progress() });
    expect(search.state()).toMatchObject({ status: "running", hits: [] });
    search.begin(null);
    expect(search.state().status).toBe("idle");
  });

  test("a failure keeps what was found and can be tried again", async () => {
    search.begin({ q: "x" });
    await answer([hit(1)], "c1");
    await fail?.();
    expect(search.state().status).toBe("failed");
    expect(search.state().hits).toHaveLength(1);
    search.further();
    expect(asked.at(-1)?.query.cursor).toBe("c1");
  });

  test("the list is bounded, and says so", async () => {
    search.begin({ q: "x" });
    for (let page = 0; search.state().status !== "done"; page++) {
      await answer(range(page * 100, 100), `c${page}`);
      search.further();
    }
    expect(search.state().hits).toHaveLength(MOST_HITS);
    expect(progressWords(search.state(), NOW_MS, false)).toContain("narrow the search");
  });
});
