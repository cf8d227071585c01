/** One run of the log store, and of one row per line, over the same lines. */
import type { ContainerId } from "@yardarm/protocol/ids";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { openChunk } from "../../hub/logs/log-chunk.ts";
import type { LogStore } from "../../hub/logs/log-store.ts";
import type { RetentionLimits } from "../../hub/logs/retention.ts";
import type { LogCommit } from "../../hub/relay/log/committed-log.ts";
import type { LineRows } from "./line-rows.ts";
import { type Corpus, ORG } from "./sample-corpus.ts";

/** Rare enough to be read for, frequent enough to check the count. */
const NEEDLE = "authentication failure";
/** The corpus comes on so many days: the oldest tenth is one of them. */
const DAYS = 10;
const TAILS = 20;
const TAIL_LINES = 1_000;
/** Whole scans that count; one before them does not: a hub's threads run and its code is warm. */
const SCANS = 3;
const DAY_MS = 24 * 60 * 60_000;

/** Figures of a run; times in ms of the wall clock, CPU in seconds. */
export interface RunFigures {
  readonly linesPerSecond: number;
  readonly linesPerCpuSecond: number;
  readonly compactionCpuPerMillion: number;
  readonly bytes: number;
  readonly tailMs: number;
  readonly scanGbPerCpuSecond: number;
  readonly scanMs: number;
  readonly found: number;
  readonly deleteMs: number;
}

export interface StoreUnderTest {
  readonly store: LogStore;
  readonly nextDay: () => void;
  readonly nowMs: () => number;
  /** Bytes on the disk. */
  readonly bytes: () => Promise<number>;
}

/** CPU seconds of everything that works for the store, the database server included. */
export type CpuSeconds = () => Promise<number>;

interface Timed<Result> {
  readonly result: Result;
  readonly ms: number;
  readonly cpuSeconds: number;
}

const timed = async <Result>(cpu: CpuSeconds, task: () => Promise<Result>): Promise<Timed<Result>> => {
  const cpuBefore = await cpu();
  const began = performance.now();
  const result = await task();
  const ms = performance.now() - began;
  return { result, ms, cpuSeconds: (await cpu()) - cpuBefore };
};

/** The corpus by day, each day's commits in the order in which they are sent: containers take turns. */
const daysOf = ({ containers }: Corpus): readonly (readonly (readonly LogCommit[])[])[] =>
  Array.from({ length: DAYS }, (_, day) => {
    const parts = containers.map(({ commits }) =>
      commits.slice(Math.floor((commits.length * day) / DAYS), Math.floor((commits.length * (day + 1)) / DAYS)),
    );
    const rounds = Math.max(...parts.map((part) => part.length));
    return Array.from({ length: rounds }, (_unused, round) => parts.flatMap((part) => part[round] ?? []));
  });

export const compactAll = async (store: LogStore): Promise<void> => {
  while (await store.compactNext());
};

const keepDays = (maxDays: number): RetentionLimits => ({
  maxTotalBytes: null,
  minFreeBytes: 0,
  defaults: { maxDays, maxContainerBytes: null, maxOrgBytes: null },
  orgs: new Map(),
});

const scan = async (
  store: LogStore,
  containerIds: readonly ContainerId[],
): Promise<{ readonly found: number; readonly textBytes: number }> => {
  let found = 0;
  let textBytes = 0;
  for await (const read of store.chunks({ orgId: ORG, containerIds, order: "newest" })) {
    if (read.kind === "damaged") throw new Error("A chunk is damaged.");
    for (const part of openChunk(read.chunk)) {
      const text = Buffer.from(part.text.buffer, part.text.byteOffset, part.text.byteLength);
      textBytes += text.length;
      for (let at = text.indexOf(NEEDLE); at >= 0; at = text.indexOf(NEEDLE, at + 1)) found++;
      part.release();
    }
  }
  return { found, textBytes };
};

/** Medians over some scans of everything. */
const scanned = async <Result>(cpu: CpuSeconds, task: () => Promise<Result>): Promise<Timed<Result>> => {
  const result = await task();
  const scans: Timed<Result>[] = [];
  for (let scan = 0; scan < SCANS; scan++) scans.push(await timed(cpu, task));
  return {
    result,
    ms: median(scans.map(({ ms }) => ms)),
    cpuSeconds: median(scans.map(({ cpuSeconds }) => cpuSeconds)),
  };
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Ingest by day, compaction, sizes, tails, a scan of everything, and the oldest day deleted. */
export const measureStore = async (under: StoreUnderTest, corpus: Corpus, cpu: CpuSeconds): Promise<RunFigures> => {
  const { store } = under;
  const containerIds = corpus.containers.map(({ containerId }) => containerId);
  const ingest = await timed(cpu, async () => {
    for (const [day, rounds] of daysOf(corpus).entries()) {
      if (day > 0) under.nextDay();
      // As agents do: every container has one commit under way.
      for (const commits of rounds) await Promise.all(commits.map((commit) => store.append(commit)));
    }
  });
  const compaction = await timed(cpu, () => compactAll(store));
  const bytes = await under.bytes();
  const tails: number[] = [];
  for (let tail = 0; tail < TAILS; tail++) {
    const containerId = containerIds[tail % containerIds.length] as ContainerId;
    const read = await timed(cpu, () =>
      store.readTail({ orgId: ORG, containerId, lines: TAIL_LINES, maxBytes: 64 * 1024 * 1024 }),
    );
    const lines = read.result.reduce((sum, batch) => sum + readBatchHeader(batch).lineCount, 0);
    if (lines < TAIL_LINES) throw new Error("The tail is too short.");
    tails.push(read.ms);
  }
  const search = await scanned(cpu, () => scan(store, containerIds));
  if (search.result.textBytes !== corpus.textBytes) throw new Error("The scan did not see every line.");
  const deleted = await timed(cpu, () => store.evict(keepDays(DAYS - 2)));
  if (deleted.result.days.length !== 1) throw new Error("The oldest day was not deleted.");
  return {
    linesPerSecond: (corpus.lines * 1000) / ingest.ms,
    linesPerCpuSecond: corpus.lines / ingest.cpuSeconds,
    compactionCpuPerMillion: (compaction.cpuSeconds * 1e6) / corpus.lines,
    bytes,
    tailMs: median(tails),
    scanGbPerCpuSecond: corpus.textBytes / 1e9 / search.cpuSeconds,
    scanMs: search.ms,
    found: search.result.found,
    deleteMs: deleted.ms,
  };
};

/** The same with one row per line; nothing is compacted. */
export const measureRows = async (rows: LineRows, corpus: Corpus, cpu: CpuSeconds): Promise<RunFigures> => {
  const ingest = await timed(cpu, async () => {
    for (const rounds of daysOf(corpus)) for (const commits of rounds) await rows.insert(commits);
  });
  const bytes = await rows.bytes();
  const tails: number[] = [];
  for (let tail = 0; tail < TAILS; tail++) {
    const { containerId } = corpus.containers[tail % corpus.containers.length] as Corpus["containers"][number];
    tails.push((await timed(cpu, () => rows.last(containerId, TAIL_LINES))).ms);
  }
  const search = await scanned(cpu, () => rows.count(NEEDLE));
  const deleted = await timed(cpu, async () => {
    for (const { containerId, commits } of corpus.containers) {
      const end = commits[Math.floor(commits.length / DAYS)]?.firstSeq ?? 0;
      await rows.deleteBefore(containerId, end);
    }
  });
  return {
    linesPerSecond: (corpus.lines * 1000) / ingest.ms,
    linesPerCpuSecond: corpus.lines / ingest.cpuSeconds,
    compactionCpuPerMillion: 0,
    bytes,
    tailMs: median(tails),
    scanGbPerCpuSecond: corpus.textBytes / 1e9 / search.cpuSeconds,
    scanMs: search.ms,
    found: search.result,
    deleteMs: deleted.ms,
  };
};

export const dayMs = DAY_MS;
