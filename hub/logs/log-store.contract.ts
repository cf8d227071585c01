import { zstdCompressSync } from "node:zlib";
import { asId, type ContainerId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { createRandom } from "@yardarm/testkit/random";
import { describe, expect, test } from "vitest";
import type { LogCommit } from "../relay/log/committed-log.ts";
import type { LogStore } from "./log-store.ts";

/** One place where logs are kept, which may be closed and opened again; `disposing` it removes everything. */
export interface LogStoreHome extends AsyncDisposable {
  readonly open: () => Promise<LogStore>;
  /** Moves the store's clock on. */
  readonly pass: (ms: number) => void;
}

const DAY_MS = 24 * 60 * 60_000;
export const ORG = asId<OrgId>("org_0000000000aa");
export const OTHER_ORG = asId<OrgId>("org_0000000000bb");
export const CONTAINER = asId<ContainerId>("ctr_0000000000aa");
export const OTHER = asId<ContainerId>("ctr_0000000000bb");

const batchOfLines = (
  firstSeq: number,
  lines: number,
  options: { zstd?: boolean; width?: number } = {},
): Uint8Array => {
  const encoder = new BatchEncoder();
  for (let seq = firstSeq; seq < firstSeq + lines; seq++) {
    const text = Buffer.from(`line ${seq} `.padEnd(options.width ?? 60, "."));
    encoder.append(1_780_000_000 + seq, 7, 0, text, 0, text.length);
  }
  return encoder.finish(firstSeq, options.zstd === true ? { compress: (body) => zstdCompressSync(body) } : {});
};

export const cursorAt = (nextSeq: number): LogCursor => ({
  nextSeq,
  tsNs: String(1_780_000_000_000_000_000n + BigInt(nextSeq)),
  ordinal: 0,
  tail: [{ tsNs: "17", hash: "00112233445566ff" }],
});

/** A commit of batches with these numbers of lines. */
export const commitOf = (
  firstSeq: number,
  sizes: readonly number[],
  options: { zstd?: boolean; width?: number } = {},
): LogCommit => {
  let nextSeq = firstSeq;
  const batches = sizes.map((lines) => {
    const batch = batchOfLines(nextSeq, lines, options);
    nextSeq += lines;
    return batch;
  });
  return { orgId: ORG, containerId: CONTAINER, firstSeq, batches, cursor: cursorAt(nextSeq) };
};

const all = { orgId: ORG, containerId: CONTAINER, fromSeq: 0, toSeq: Number.MAX_SAFE_INTEGER, maxBytes: 1e9 };
const spans = (batches: readonly Uint8Array[]): readonly (readonly [number, number])[] =>
  batches.map((batch) => {
    const { firstSeq, lineCount } = readBatchHeader(batch);
    return [firstSeq, firstSeq + lineCount];
  });

/** What every log store must do. */
export const logStoreContract = (name: string, makeHome: () => Promise<LogStoreHome>): void => {
  describe(`log store contract: ${name}`, () => {
    const withStore = async (run: (store: LogStore, home: LogStoreHome) => Promise<void>): Promise<void> => {
      await using home = await makeHome();
      const store = await home.open();
      try {
        await run(store, home);
      } finally {
        await store.close();
      }
    };

    test("an empty store knows nothing, and says so", () =>
      withStore(async (store) => {
        expect((await store.cursors(ORG, [CONTAINER])).size).toBe(0);
        expect(await store.firstSeq(ORG, CONTAINER)).toBeNull();
        expect(await store.readRange(all)).toEqual([]);
        expect(await store.readTail({ ...all, lines: 10 })).toEqual([]);
      }));

    test("[LOG-7] what was appended is read back byte for byte, compressed or not, and its cursor with it", () =>
      withStore(async (store) => {
        const first = commitOf(0, [1, 500, 20], { zstd: true });
        const second = commitOf(521, [1, 1, 1, 3000, 2]);
        await store.append(first);
        await store.append(second);
        const read = await store.readRange(all);
        expect(read.map((batch) => Buffer.from(batch))).toEqual(
          [...first.batches, ...second.batches].map((batch) => Buffer.from(batch)),
        );
        expect((await store.cursors(ORG, [CONTAINER, OTHER])).get(CONTAINER)).toEqual(second.cursor);
      }));

    test("[LOG-7] a cursor without lines is committed too", () =>
      withStore(async (store) => {
        await store.append(commitOf(0, [5]));
        const later = { ...cursorAt(5), openLineSinceNs: "12345" };
        await store.append({ ...commitOf(5, []), cursor: later });
        expect((await store.cursors(ORG, [CONTAINER])).get(CONTAINER)).toEqual(later);
      }));

    test("[LOG-7] commits of a container that are sent at once are applied in their order", () =>
      withStore(async (store) => {
        const commits = Array.from({ length: 30 }, (_, index) => commitOf(index * 10, [4, 6]));
        await Promise.all(commits.map((commit) => store.append(commit)));
        expect(spans(await store.readRange(all)).at(-1)).toEqual([294, 300]);
      }));

    test("[LOG-7] the last commit may be repeated; anything else that does not follow is a conflict", () =>
      withStore(async (store) => {
        const commit = commitOf(0, [10]);
        await store.append(commit);
        await store.append(commitOf(10, [10]));
        await store.append(commitOf(10, [10]));
        await expect(store.append(commit)).rejects.toMatchObject({ code: "conflict" });
        await expect(store.append(commitOf(15, [10]))).rejects.toMatchObject({ code: "conflict" });
        await expect(store.append(commitOf(21, [10]))).rejects.toMatchObject({ code: "conflict" });
        expect(spans(await store.readRange(all))).toEqual([
          [0, 10],
          [10, 20],
        ]);
      }));

    test("[LOG-7] a conflict of one container does not touch the others of its group", () =>
      withStore(async (store) => {
        const bad = store.append(commitOf(7, [1]));
        const good = store.append({ ...commitOf(0, [3]), containerId: OTHER });
        await expect(bad).rejects.toMatchObject({ code: "conflict" });
        await good;
        expect((await store.cursors(ORG, [CONTAINER, OTHER])).get(OTHER)).toEqual(cursorAt(3));
      }));

    test("a commit with a hole in it is the caller's mistake", () =>
      withStore(async (store) => {
        const commit = commitOf(0, [5, 5]);
        await expect(store.append({ ...commit, cursor: cursorAt(11) })).rejects.toBeInstanceOf(RangeError);
        await expect(store.append({ ...commit, batches: [...commit.batches].reverse() })).rejects.toBeInstanceOf(
          RangeError,
        );
      }));

    test("a range gives the batches that overlap it, up to its bytes but at least one", () =>
      withStore(async (store) => {
        await store.append(commitOf(0, [10, 10, 10]));
        await store.append(commitOf(30, [10, 10]));
        const read = async (fromSeq: number, toSeq: number, maxBytes = 1e9) =>
          spans(await store.readRange({ ...all, fromSeq, toSeq, maxBytes }));
        expect(await read(5, 15)).toEqual([
          [0, 10],
          [10, 20],
        ]);
        expect(await read(10, 20)).toEqual([[10, 20]]);
        expect(await read(39, 41)).toEqual([
          [30, 40],
          [40, 50],
        ]);
        expect(await read(50, 60)).toEqual([]);
        expect(await read(0, 50, 1)).toEqual([[0, 10]]);
        expect(await read(20, 20)).toEqual([]);
      }));

    test("a tail gives the newest lines, up to its bytes but at least one batch", () =>
      withStore(async (store) => {
        await store.append(commitOf(0, [10, 10, 10]));
        await store.append(commitOf(30, [10, 10]));
        const read = async (lines: number, maxBytes = 1e9) => spans(await store.readTail({ ...all, lines, maxBytes }));
        expect(await read(15)).toEqual([
          [30, 40],
          [40, 50],
        ]);
        expect(await read(21)).toEqual([
          [20, 30],
          [30, 40],
          [40, 50],
        ]);
        expect(await read(1_000)).toHaveLength(5);
        expect(await read(1_000, 1)).toEqual([[40, 50]]);
        expect(await read(0)).toEqual([]);
      }));

    test("[TEN-1] another org sees nothing, even of a container of the same id", () =>
      withStore(async (store) => {
        await store.append(commitOf(0, [5]));
        await store.append({ ...commitOf(0, [7]), orgId: OTHER_ORG });
        expect(spans(await store.readRange(all))).toEqual([[0, 5]]);
        expect(spans(await store.readRange({ ...all, orgId: OTHER_ORG }))).toEqual([[0, 7]]);
        expect((await store.cursors(OTHER_ORG, [CONTAINER])).get(CONTAINER)?.nextSeq).toBe(7);
      }));

    test("[LOG-7] everything is there after closing and opening; closing writes what waits", async () => {
      await using home = await makeHome();
      const before = await home.open();
      const waiting = before.append(commitOf(0, [100, 100]));
      await before.close();
      await waiting;
      const after = await home.open();
      expect((await after.cursors(ORG, [CONTAINER])).get(CONTAINER)).toEqual(cursorAt(200));
      await after.append(commitOf(200, [10]));
      expect(spans(await after.readRange(all))).toEqual([
        [0, 100],
        [100, 200],
        [200, 210],
      ]);
      await after.close();
    });

    test("[LOG-7] a new day begins with yesterday's cursors; ranges and tails reach over the days", () =>
      withStore(async (store, home) => {
        await store.append(commitOf(0, [10]));
        await store.append({ ...commitOf(0, [3]), containerId: OTHER });
        home.pass(DAY_MS);
        await store.append(commitOf(10, [10]));
        home.pass(3 * DAY_MS);
        await store.append(commitOf(20, [10]));
        // The clock is set back: the store's days are not.
        home.pass(-2 * DAY_MS);
        await store.append(commitOf(30, [10]));
        expect((await store.cursors(ORG, [OTHER])).get(OTHER)).toEqual(cursorAt(3));
        expect(spans(await store.readRange({ ...all, fromSeq: 5, toSeq: 35 }))).toEqual([
          [0, 10],
          [10, 20],
          [20, 30],
          [30, 40],
        ]);
        expect(spans(await store.readTail({ ...all, lines: 25 }))).toEqual([
          [10, 20],
          [20, 30],
          [30, 40],
        ]);
        expect(await store.firstSeq(ORG, CONTAINER)).toBe(0);
        await store.append({ ...commitOf(3, [3]), containerId: OTHER });
        expect(spans(await store.readRange({ ...all, containerId: OTHER }))).toEqual([
          [0, 3],
          [3, 6],
        ]);
      }));

    test("large batches survive", () =>
      withStore(async (store) => {
        const big = commitOf(0, [2_000, 1, 2_000], { width: 250 });
        await store.append(big);
        const lengths = (await store.readRange(all)).map((batch) => batch.length);
        expect(lengths).toEqual(big.batches.map((batch) => batch.length));
      }));

    test("random commits, ranges and reopenings agree with a list of lines", { timeout: 60_000 }, async () => {
      const random = createRandom(20_261_121);
      await using home = await makeHome();
      let store = await home.open();
      let nextSeq = 0;
      const ends: number[] = [];
      for (let step = 0; step < 40; step++) {
        const sizes = Array.from({ length: random.int(0, 6) }, () => random.int(1, random.pick([2, 40, 900])));
        await store.append(commitOf(nextSeq, sizes, { zstd: random.chance(0.4), width: random.int(1, 200) }));
        for (const size of sizes) {
          nextSeq += size;
          ends.push(nextSeq);
        }
        if (random.chance(0.1)) home.pass(random.int(1, 30) * 3_600_000);
        if (random.chance(0.1)) {
          await store.close();
          store = await home.open();
        }
        const fromSeq = random.int(0, nextSeq + 5);
        const toSeq = random.int(fromSeq, nextSeq + 10);
        const expected = ends
          .map((end, index) => [ends[index - 1] ?? 0, end] as const)
          .filter(([first, end]) => end > fromSeq && first < toSeq);
        expect(spans(await store.readRange({ ...all, fromSeq, toSeq }))).toEqual(expected);
      }
      await store.close();
    });
  });
};
