import type { HistogramResponse, ScanProgress } from "@yardarm/protocol/api/logs";
import { asId, type ContainerId } from "@yardarm/protocol/ids";
import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { beforeEach, describe, expect, test } from "vitest";
import { bucketBegin, bucketCount, countOf } from "../log/histogram/buckets.ts";
import { countWords } from "./count-words.ts";
import { type CountQuery, StoredCounting } from "./stored-count.ts";

const NOW_MS = new Date(2026, 10, 21, 14, 0, 0).getTime();
const ns = (atMs: number): string => `${atMs}000000`;
const ids = (count: number): readonly ContainerId[] =>
  Array.from({ length: count }, (_, index) => asId<ContainerId>(`ctr_${String(index).padStart(20, "0")}`));

type Asked = {
  readonly containerId: ContainerId;
  readonly query: Parameters<ConstructorParameters<typeof StoredCounting>[0]["count"]>[1];
  readonly signal: AbortSignal;
  readonly answer: (counts: HistogramResponse["counts"], progress?: Partial<ScanProgress>) => Promise<void>;
  readonly fail: () => Promise<void>;
};

/** A hub that answers when told to, and a clock that stands still. */
let asked: Asked[];
let nowMs: number;
let counting: StoredCounting;
const settled = (): Promise<void> => new Promise((next) => void setImmediate(next));

beforeEach(() => {
  asked = [];
  nowMs = NOW_MS;
  counting = new StoredCounting({
    now: () => nowMs,
    onChange: () => {},
    since: async (containerId) => (containerId.endsWith("0") ? NOW_MS - 60_000 : null),
    count: (containerId, query, signal) =>
      new Promise((resolve, reject) => {
        const progress: ScanProgress = {
          ...{ scannedBackToNs: query.since ?? null, isComplete: true, bytesScanned: 1, stoppedBy: "end" },
          ...{ containersDone: 1, containersTotal: 1, hostsDone: 1, hostsTotal: 1, unreadableLines: 0 },
        };
        asked.push({
          ...{ containerId, query, signal },
          answer: async (counts, fields = {}) => {
            const total = Object.values(counts).reduce((sum, column) => sum + column.reduce((a, b) => a + b, 0), 0);
            const span = { fromNs: query.since ?? "0", toNs: query.until ?? "0", bucketNs: "1" };
            resolve({ ...span, counts, total, progress: { ...progress, ...fields } });
            await settled();
          },
          fail: async () => {
            reject(new Error("gone"));
            await settled();
          },
        });
      }),
  });
});

const begin = async (query: Partial<CountQuery>): Promise<void> => {
  counting.begin({ containerIds: ids(1), range: { since: "1h" }, filter: {}, ...query });
  await settled();
};

describe("[LOGS-13] lines of many containers over time", () => {
  test("are counted two at a time in one grid, and added by level", async () => {
    await begin({ containerIds: ids(3) });
    expect(asked).toHaveLength(2);
    await asked[0]?.answer({ info: [1, 2], error: [0, 4] });
    await asked[1]?.answer({ info: [10] });
    await asked[2]?.answer({});
    const { status, buckets, total, containersDone } = counting.state();
    expect({ status, total, containersDone }).toEqual({ status: "done", total: 17, containersDone: 3 });
    expect(new Set(asked.map(({ query }) => JSON.stringify(query))).size).toBe(1);
    if (buckets === null) throw new Error("There are no buckets.");
    expect([countOf(buckets, 0, INFO), countOf(buckets, 1, INFO), countOf(buckets, 1, ERROR)]).toEqual([11, 2, 4]);
    expect(asked[0]?.query.buckets).toBeLessThanOrEqual(120);
    expect(asked[0]?.query.since).toBe(ns(buckets.fromMs));
  });

  test("are those of the chosen time, and not of the buckets that would hold it", async () => {
    const [fromMs, toMs] = [NOW_MS - 137_211, NOW_MS - 1];
    await begin({ range: { fromMs, toMs } });
    expect(asked[0]?.query).toMatchObject({ since: ns(fromMs), until: ns(toMs) });
    await asked[0]?.answer({ info: [3] });
    const { buckets } = counting.state();
    if (buckets === null) throw new Error("There are no buckets.");
    expect([bucketBegin(buckets, 0), bucketBegin(buckets, bucketCount(buckets))]).toEqual([fromMs, toMs]);
    expect(Number.isInteger(bucketBegin(buckets, 1))).toBe(true);
    await begin({ range: { since: "15m" } });
    expect(asked[1]?.query).toMatchObject({ since: ns(NOW_MS - 15 * 60_000), until: ns(NOW_MS) });
    await begin({ range: { fromMs: NOW_MS - 1, toMs: NOW_MS } });
    expect(asked[2]?.query).toMatchObject({ since: ns(NOW_MS - 1), until: ns(NOW_MS) });
  });

  test("begin with the oldest stored line of any of them where no range is chosen", async () => {
    await begin({ containerIds: ids(2), range: {} });
    const beginMs = Number(BigInt(asked[0]?.query.since ?? 0) / 1_000_000n);
    expect(beginMs).toBeLessThanOrEqual(NOW_MS - 60_000);
    expect(beginMs).toBeGreaterThan(NOW_MS - 120_000);
    await begin({ containerIds: ids(2).slice(1), range: {} });
    expect(counting.state()).toMatchObject({ status: "done", buckets: null });
    expect(countWords(counting.state(), 0, NOW_MS)).toBe("Nothing is stored of these containers.");
  });

  test("say before which moment not all is counted", async () => {
    await begin({ containerIds: ids(2), range: { fromMs: NOW_MS - 60_000, toMs: NOW_MS } });
    await asked[0]?.answer({ info: [5] }, { isComplete: false, scannedBackToNs: ns(NOW_MS - 40_000) });
    await asked[1]?.answer(
      { info: [1] },
      { isComplete: false, scannedBackToNs: ns(NOW_MS - 20_000), unreadableLines: 3 },
    );
    expect(counting.state().countedFromMs).toBe(NOW_MS - 20_000);
    expect(countWords(counting.state(), 7, NOW_MS)).toBe(
      "6 lines, 13:59:00 to 14:00:00 · before 13:59:40 not all is counted: narrow the range · " +
        "the 2 most recently active of 9 containers · 3 damaged lines were left out",
    );
  });

  test("stop after a while and go on when asked to; what was counted stays", async () => {
    await begin({ containerIds: ids(4) });
    nowMs += 60_000;
    await asked[0]?.answer({ info: [1] });
    await asked[1]?.answer({ info: [1] });
    expect(counting.state()).toMatchObject({ status: "paused", containersDone: 2, total: 2 });
    expect(countWords(counting.state(), 0, NOW_MS)).toContain("only 2 of 4 containers counted");
    counting.further();
    await settled();
    await asked[2]?.answer({ info: [1] });
    await asked[3]?.answer({ info: [1] });
    expect(counting.state()).toMatchObject({ status: "done", containersDone: 4, total: 4 });
  });

  test("name how many failed, and fail only when all did", async () => {
    await begin({ containerIds: ids(2) });
    await asked[0]?.fail();
    await asked[1]?.answer({ info: [1] });
    expect(counting.state().status).toBe("done");
    expect(countWords(counting.state(), 0, NOW_MS)).toContain("1 container could not be counted");
    await begin({});
    await asked[2]?.fail();
    expect(counting.state().status).toBe("failed");
    expect(countWords(counting.state(), 0, NOW_MS)).toBe("The lines could not be counted.");
  });

  test("another question ends the one before: its answers count no more", async () => {
    await begin({});
    const [former] = asked;
    counting.begin(null);
    expect(former?.signal.aborted).toBe(true);
    await former?.answer({ info: [9] });
    expect(counting.state()).toMatchObject({ status: "idle", total: 0 });
  });
});
