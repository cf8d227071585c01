// Above 300 lines: compaction, retention and damage need the same filled store.
import { zstdDecompressSync } from "node:zlib";
import { asId, type ContainerId, type OrgId } from "@yardarm/protocol/ids";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { createRandom } from "@yardarm/testkit/random";
import { describe, expect, test } from "vitest";
import type { LogCommit } from "../relay/log/committed-log.ts";
import { type ChunkQuery, type ChunkRead, openChunk } from "./log-chunk.ts";
import { CONTAINER, commitOf, cursorAt, type LogStoreHome, ORG, OTHER, OTHER_ORG } from "./log-store.contract.ts";
import type { LogStore } from "./log-store.ts";
import type { Eviction, OrgRetention, RetentionLimits } from "./retention.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NO_BOUNDS: OrgRetention = { maxDays: null, maxContainerBytes: null, maxOrgBytes: null };
export const limitsOf = (bounds: Partial<OrgRetention & RetentionLimits>): RetentionLimits => ({
  maxTotalBytes: bounds.maxTotalBytes ?? null,
  minFreeBytes: bounds.minFreeBytes ?? 0,
  defaults: { ...NO_BOUNDS, ...bounds },
  orgs: bounds.orgs ?? new Map(),
});

/** Every line as `seq stamp flags text`. */
export const linesOf = (batches: readonly Uint8Array[]): readonly string[] =>
  batches.flatMap((bytes) => {
    const batch = decodeBatch(bytes, {
      decompress: (body, maxOutputLength) => zstdDecompressSync(body, { maxOutputLength }),
    });
    return Array.from(
      { length: batch.lineCount },
      (_, index) => `${batch.firstSeq + index} ${batch.tsNs(index)} ${batch.flags[index]} ${batch.lineText(index)}`,
    );
  });

const rangeOf = (fromSeq: number, toSeq: number, containerId = CONTAINER) => ({
  ...{ orgId: ORG, containerId, fromSeq, toSeq, maxBytes: 1e9 },
});
const ALL = rangeOf(0, Number.MAX_SAFE_INTEGER);

export const compactEverything = async (store: LogStore): Promise<number> => {
  let steps = 0;
  while (await store.compactNext({ everything: true })) steps++;
  return steps;
};

export const evictEverything = async (store: LogStore, limits: RetentionLimits): Promise<readonly Eviction[]> => {
  const evictions: Eviction[] = [];
  do evictions.push(await store.evict(limits));
  while (evictions.at(-1)?.isMoreDue === true);
  return evictions;
};

export const chunksOf = async (store: LogStore, query: Partial<ChunkQuery> = {}): Promise<readonly ChunkRead[]> => {
  const reads: ChunkRead[] = [];
  const asked: ChunkQuery = { orgId: ORG, containerIds: [CONTAINER], order: "oldest", ...query };
  for await (const read of store.chunks(asked)) reads.push(read);
  return reads;
};

/** The seqs that a walk hands out, in its order. */
const seqsOf = (reads: readonly ChunkRead[]): readonly number[] =>
  reads.flatMap((read) => {
    if (read.kind === "damaged") return [];
    const { fromSeq, endSeq } = read.chunk.wanted;
    return openChunk(read.chunk).flatMap((part) => {
      const batch = part.decode();
      return Array.from({ length: batch.lineCount }, (_, index) => batch.firstSeq + index).filter(
        (seq) => seq >= fromSeq && seq < endSeq,
      );
    });
  });
const numbers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Adds commits of these sizes, each of its own group. */
const fill = async (
  store: LogStore,
  commits: number,
  options: { from?: number; lines?: number; width?: number; containerId?: ContainerId; orgId?: OrgId; zstd?: boolean },
): Promise<number> => {
  const { from = 0, lines = 20, containerId = CONTAINER, orgId = ORG, ...rest } = options;
  let nextSeq = from;
  for (let count = 0; count < commits; count++) {
    await store.append({ ...commitOf(nextSeq, [lines], { width: 60, ...rest }), containerId, orgId });
    nextSeq += lines;
  }
  return nextSeq;
};

/** What every log store that outlives the process must do besides: compact, walk its chunks, forget in time. */
export const logUpkeepContract = (name: string, makeHome: () => Promise<LogStoreHome>): void => {
  describe(`log upkeep contract: ${name}`, () => {
    const withStore = async (run: (store: LogStore, home: LogStoreHome) => Promise<void>): Promise<void> => {
      await using home = await makeHome();
      const store = await home.open();
      try {
        await run(store, home);
      } finally {
        await store.close();
      }
    };

    test("[LOGS-11] compaction joins many small rows into few chunks, and every line reads as before", () =>
      withStore(async (store) => {
        await fill(store, 40, { lines: 5 });
        await fill(store, 40, { from: 200, lines: 5, zstd: true });
        await fill(store, 10, { lines: 7, containerId: OTHER });
        const before = await store.readRange(ALL);
        expect(await compactEverything(store)).toBe(2);
        const after = await store.readRange(ALL);
        expect(after.length).toBe(1);
        expect(linesOf(after)).toEqual(linesOf(before));
        expect(linesOf(await store.readRange(rangeOf(0, 100, OTHER)))).toHaveLength(70);
        expect(linesOf(await store.readRange(rangeOf(13, 17)))).toEqual(linesOf(before).slice(13, 17));
        expect(linesOf(await store.readTail({ ...ALL, lines: 3 }))).toEqual(linesOf(before).slice(-3));
        expect(await store.compactNext({ everything: true })).toBe(false);
        // The numbering goes on, and what is new stands beside the chunk.
        await fill(store, 1, { from: 400 });
        expect(linesOf(await store.readTail({ ...ALL, lines: 25 })).map((line) => Number(line.split(" ")[0]))).toEqual(
          numbers(395, 420),
        );
      }));

    test("[LOGS-11] what reads out of a chunk keeps to the limits of the wire", () =>
      withStore(async (store) => {
        await fill(store, 6, { lines: 1_500, width: 200 });
        await compactEverything(store);
        const batches = await store.readRange(ALL);
        expect(batches.length).toBeGreaterThan(1);
        expect(linesOf(batches)).toHaveLength(9_000);
        const [first] = await store.readRange({ ...ALL, maxBytes: 1 });
        expect(linesOf(first === undefined ? [] : [first]).length).toBeGreaterThan(0);
      }));

    test("[LOGS-11] rows that may still grow wait; those of a day that is over do not", () =>
      withStore(async (store, home) => {
        await fill(store, 5, {});
        expect(await store.compactNext()).toBe(false);
        home.pass(DAY_MS);
        await fill(store, 1, { from: 100 });
        expect(await store.compactNext()).toBe(true);
        expect(linesOf(await store.readRange(ALL))).toHaveLength(120);
      }));

    test("[LOGS-11] lines too far apart in time for one chunk stay in several", () =>
      withStore(async (store) => {
        await store.append(commitOf(0, [3]));
        await store.append({ ...commitOf(3, []), batches: [] });
        const far = commitOf(9_000_000, [3]).batches[0] as Uint8Array;
        const moved = Uint8Array.from(far);
        new DataView(moved.buffer).setBigUint64(8, 3n, true);
        await store.append({ ...commitOf(3, [3]), batches: [moved] });
        const before = linesOf(await store.readRange(ALL));
        await compactEverything(store);
        expect(linesOf(await store.readRange(ALL))).toEqual(before);
      }));

    test("[LOGS-11] random commits, compactions, reopenings and days: every line once", {
      timeout: 120_000,
    }, async () => {
      const random = createRandom(20_261_122);
      await using home = await makeHome();
      let store = await home.open();
      let nextSeq = 0;
      for (let step = 0; step < 60; step++) {
        const sizes = Array.from({ length: random.int(1, 5) }, () => random.int(1, random.pick([2, 40, 900])));
        await store.append(commitOf(nextSeq, sizes, { zstd: random.chance(0.4), width: random.int(1, 200) }));
        nextSeq += sizes.reduce((sum, size) => sum + size, 0);
        if (random.chance(0.3)) await store.compactNext({ everything: random.chance(0.7) });
        if (random.chance(0.1)) home.pass(random.int(-10, 30) * HOUR_MS);
        if (random.chance(0.1)) {
          await store.close();
          store = await home.open();
        }
        const fromSeq = random.int(0, nextSeq);
        const toSeq = random.int(fromSeq, Math.min(nextSeq, fromSeq + 3_000));
        const read = linesOf(await store.readRange(rangeOf(fromSeq, toSeq))).map((line) => Number(line.split(" ")[0]));
        expect(read.filter((seq) => seq >= fromSeq && seq < toSeq)).toEqual(numbers(fromSeq, toSeq));
        expect(read).toEqual(numbers(read[0] ?? 0, (read[0] ?? 0) + read.length));
      }
      expect(seqsOf(await chunksOf(store))).toEqual(numbers(0, nextSeq));
      await store.close();
    });

    test("[LOGS-11] a walk hands out every line once, in either order, over days and levels of storage", () =>
      withStore(async (store, home) => {
        await fill(store, 10, {});
        home.pass(DAY_MS);
        await fill(store, 10, { from: 200 });
        await compactEverything(store);
        await fill(store, 30, { from: 400 });
        expect(seqsOf(await chunksOf(store))).toEqual(numbers(0, 1_000));
        const newest = await chunksOf(store, { order: "newest" });
        expect(seqsOf([...newest].reverse())).toEqual(numbers(0, 1_000));
        const part = { fromSeq: new Map([[CONTAINER, 150]]), beforeSeq: new Map([[CONTAINER, 415]]) };
        expect(seqsOf(await chunksOf(store, part))).toEqual(numbers(150, 415));
        expect(await chunksOf(store, { containerIds: [] })).toEqual([]);
        expect(await chunksOf(store, { orgId: OTHER_ORG })).toEqual([]);
      }));

    test("[LOGS-11] a walk leaves out what its metadata rules out", () =>
      withStore(async (store) => {
        await fill(store, 10, {});
        const stamp = (seq: number): bigint => (1_780_000_000n + BigInt(seq)) * 1_000_000_000n + 7n;
        const within = await chunksOf(store, { sinceNs: stamp(40), untilNs: stamp(80) });
        expect(seqsOf(within)).toEqual(numbers(40, 80));
        expect(await chunksOf(store, { levelMask: 1 << 5 })).toEqual([]);
        expect(seqsOf(await chunksOf(store, { levelMask: 1 << 0 }))).toHaveLength(200);
      }));

    test("[LOGS-11] containers come by the stamps of their chunks", () =>
      withStore(async (store) => {
        for (let round = 0; round < 20; round++) {
          await fill(store, 1, { from: round * 20 });
          await fill(store, 1, { from: round * 20, containerId: OTHER });
        }
        const reads = await chunksOf(store, { containerIds: [CONTAINER, OTHER], order: "newest" });
        const stamps = reads.map((read) => (read.kind === "chunk" ? read.chunk.maxTsNs : 0n));
        expect(stamps).toHaveLength(40);
        expect(stamps).toEqual([...stamps].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
      }));

    test.each(["newest", "oldest"] as const)(
      "[LOGS-11] compaction under a walk (%s first) neither hides a line nor shows one twice",
      (order) =>
        withStore(async (store) => {
          await fill(store, 100, {});
          const reads: ChunkRead[] = [];
          for await (const read of store.chunks({ orgId: ORG, containerIds: [CONTAINER], order })) {
            reads.push(read);
            if (reads.length === 3) await compactEverything(store);
          }
          expect(reads.length).toBeLessThan(100);
          expect([...seqsOf(reads)].sort((a, b) => a - b)).toEqual(numbers(0, 2_000));
        }),
    );

    test.each(["oldest", "newest"] as const)(
      "[LOGS-11] a walk over many containers (%s first) meets each of them on whichever day it wrote",
      (order) =>
        withStore(async (store, home) => {
          const ids = numbers(0, 20).map((n) => asId<ContainerId>(`ctr_${String(n).padStart(26, "a")}`));
          for (let day = 0; day < 4; day++) {
            // Each writes on one day; the first one writes every day, as the last.
            for (const [n, containerId] of [...ids.entries()].reverse()) {
              if (n === 0) await fill(store, 1, { containerId, from: day * 20 });
              else if (n % 4 === day) await fill(store, 1, { containerId });
            }
            home.pass(DAY_MS);
          }
          const reads = await chunksOf(store, { containerIds: [...ids, OTHER], order });
          const met = reads.map((read) => (read.kind === "chunk" ? read.chunk.containerId : "damaged"));
          const [always = OTHER] = ids;
          expect(met.toSorted()).toEqual([...ids, always, always, always].toSorted());
        }),
    );

    test("[LOGS-11] a walk that is given up stops", () =>
      withStore(async (store) => {
        await fill(store, 30, {});
        const controller = new AbortController();
        const walk = async (): Promise<void> => {
          const query = { orgId: ORG, containerIds: [CONTAINER], order: "newest" } as const;
          for await (const _ of store.chunks({ ...query, signal: controller.signal })) controller.abort();
        };
        await expect(walk()).rejects.toMatchObject({ name: "AbortError" });
      }));

    test("[LOGS-12] whole days go when they are too old; since when and why is known, and the numbering goes on", () =>
      withStore(async (store, home) => {
        for (let day = 0; day < 5; day++) {
          await fill(store, 2, { from: day * 40 });
          if (day === 0) await fill(store, 1, { containerId: OTHER });
          home.pass(DAY_MS);
        }
        expect((await store.since(ORG, [CONTAINER])).get(CONTAINER)).toMatchObject({ firstSeq: 0, reason: null });
        home.pass(-DAY_MS);
        const evictions = await evictEverything(store, limitsOf({ maxDays: 2 }));
        expect(evictions.flatMap(({ days }) => days).map(({ reason }) => reason)).toEqual(["age", "age"]);
        const since = await store.since(ORG, [CONTAINER, OTHER]);
        expect(since.get(CONTAINER)).toEqual({
          firstSeq: 80,
          firstTsNs: 1_780_000_080_000_000_007n,
          reason: "age",
        });
        expect(since.has(OTHER)).toBe(false);
        expect(await store.firstSeq(ORG, CONTAINER)).toBe(80);
        expect(linesOf(await store.readRange(ALL))).toHaveLength(120);
        expect((await store.cursors(ORG, [OTHER])).get(OTHER)).toEqual(cursorAt(20));
        await fill(store, 1, { from: 20, containerId: OTHER });
        expect((await store.since(ORG, [OTHER])).get(OTHER)).toMatchObject({ firstSeq: 20, reason: "age" });
      }));

    test("[LOGS-12] lines of the newest day go too when nothing came for long; a quiet org keeps its cursors", () =>
      withStore(async (store, home) => {
        await fill(store, 2, {});
        home.pass(10 * DAY_MS);
        await evictEverything(store, limitsOf({ maxDays: 2 }));
        expect(await store.firstSeq(ORG, CONTAINER)).toBeNull();
        expect((await store.cursors(ORG, [CONTAINER])).get(CONTAINER)).toEqual(cursorAt(40));
        await fill(store, 1, { from: 40 });
        expect(linesOf(await store.readRange(ALL))).toHaveLength(20);
      }));

    test("[LOGS-12] a clock that jumps a day ahead and back takes no line that the bound keeps", () =>
      withStore(async (store, home) => {
        await fill(store, 2, {});
        home.pass(DAY_MS);
        await evictEverything(store, limitsOf({ maxDays: 2 }));
        await fill(store, 2, { from: 40 });
        home.pass(-DAY_MS);
        await fill(store, 2, { from: 80 });
        await evictEverything(store, limitsOf({ maxDays: 2 }));
        expect(linesOf(await store.readRange(ALL))).toHaveLength(120);
      }));

    test("[LOGS-12] an org has bounds of its own; another's lines stay", () =>
      withStore(async (store, home) => {
        await fill(store, 1, {});
        await fill(store, 1, { orgId: OTHER_ORG });
        home.pass(3 * DAY_MS);
        await fill(store, 1, { from: 20 });
        await fill(store, 1, { from: 20, orgId: OTHER_ORG });
        const orgs = new Map([[ORG, { ...NO_BOUNDS, maxDays: 1 }]]);
        await evictEverything(store, limitsOf({ maxDays: 30, orgs }));
        expect(await store.firstSeq(ORG, CONTAINER)).toBe(20);
        expect(await store.firstSeq(OTHER_ORG, CONTAINER)).toBe(0);
      }));

    test("[LOGS-12] a container that writes too much loses its own oldest lines, and nobody else's", () =>
      withStore(async (store, home) => {
        await fill(store, 1, { containerId: OTHER, lines: 5 });
        let nextSeq = await fill(store, 20, { lines: 50, width: 200 });
        home.pass(DAY_MS);
        nextSeq = await fill(store, 20, { from: nextSeq, lines: 50, width: 200 });
        const maxContainerBytes = await storedBytes(store, CONTAINER, 0.4);
        await evictEverything(store, limitsOf({ maxContainerBytes }));
        const since = (await store.since(ORG, [CONTAINER])).get(CONTAINER);
        expect(since?.reason).toBe("container_bytes");
        expect(since?.firstSeq).toBeGreaterThan(0);
        const kept = linesOf(await store.readRange(ALL));
        expect(kept.map((line) => Number(line.split(" ")[0]))).toEqual(numbers(since?.firstSeq ?? 0, nextSeq));
        expect((await store.since(ORG, [OTHER])).get(OTHER)).toMatchObject({ firstSeq: 0, reason: null });
      }));

    test("[LOGS-12] the total goes down by the oldest day first, whosever it is", () =>
      withStore(async (store, home) => {
        await store.append({ ...noiseOf(0, 2_000), orgId: OTHER_ORG });
        home.pass(DAY_MS);
        await store.append(noiseOf(0, 2_000));
        await fill(store, 1, { from: 2_000, orgId: OTHER_ORG });
        const maxTotalBytes = 900_000;
        await evictEverything(store, limitsOf({ maxTotalBytes }));
        expect((await store.since(OTHER_ORG, [CONTAINER])).get(CONTAINER)).toMatchObject({
          firstSeq: 2_000,
          reason: "total_bytes",
        });
      }));

    test("[LOGS-12] an org that stores too much loses its own oldest day, and no other org's", () =>
      withStore(async (store, home) => {
        await store.append({ ...noiseOf(0, 2_000), orgId: OTHER_ORG });
        await store.append(noiseOf(0, 2_000));
        home.pass(DAY_MS);
        await fill(store, 1, { from: 2_000 });
        await fill(store, 1, { from: 2_000, orgId: OTHER_ORG });
        const orgs = new Map([[ORG, { ...NO_BOUNDS, maxOrgBytes: 300_000 }]]);
        await evictEverything(store, limitsOf({ orgs }));
        expect((await store.since(ORG, [CONTAINER])).get(CONTAINER)).toMatchObject({
          firstSeq: 2_000,
          reason: "org_bytes",
        });
        expect((await store.since(OTHER_ORG, [CONTAINER])).get(CONTAINER)).toMatchObject({ firstSeq: 0, reason: null });
      }));

    test("[LOGS-12] many containers are forgotten evenly, oldest stamps first", () =>
      withStore(async (store) => {
        const ids = Array.from({ length: 5 }, (_, index) => asId<ContainerId>(`ctr_00000000000${index}`));
        for (let round = 0; round < 12; round++) {
          for (const containerId of ids) {
            await fill(store, 1, { from: round * 50, lines: 50, width: 200, containerId });
          }
        }
        await evictEverything(
          store,
          limitsOf({ maxContainerBytes: await storedBytes(store, ids[0] ?? CONTAINER, 0.5) }),
        );
        const since = await store.since(ORG, ids);
        expect(new Set([...since.values()].map(({ firstSeq }) => firstSeq)).size).toBe(1);
      }));
  });
};

/** A commit of lines that do not compress: half of their 600 bytes stays. */
const noiseOf = (firstSeq: number, lines: number): LogCommit => {
  const random = createRandom(firstSeq + 1);
  const encoder = new BatchEncoder();
  const batches: Uint8Array[] = [];
  let batchSeq = firstSeq;
  for (let seq = firstSeq; seq < firstSeq + lines; seq++) {
    const text = Buffer.from(
      Array.from({ length: 75 }, () => random.int(0x10000000, 0x7fffffff).toString(16)).join(""),
    );
    encoder.append(1_780_000_000 + seq, 7, 0, text, 0, text.length);
    if (encoder.lineCount < 100) continue;
    batches.push(encoder.finish(batchSeq));
    batchSeq = seq + 1;
  }
  return { orgId: ORG, containerId: CONTAINER, firstSeq, batches, cursor: cursorAt(firstSeq + lines) };
};

/** A share of what a container's rows take. */
const storedBytes = async (store: LogStore, containerId: ContainerId, share: number): Promise<number> => {
  const reads = await chunksOf(store, { containerIds: [containerId] });
  const bytes = reads.reduce((sum, read) => sum + (read.kind === "chunk" ? read.chunk.body.length : 0), 0);
  return Math.round(bytes * share);
};
