import type { HistogramQueryInput, HistogramResponse } from "@yardarm/protocol/api/logs";
import type { ContainerId } from "@yardarm/protocol/ids";
import { LEVEL_NAMES } from "@yardarm/protocol/log/level";
import { type Buckets, bucketBegin, bucketCount, bucketsFor } from "../log/histogram/buckets.ts";
import { beginningOf, nsText, type StoredRange } from "./stored-range.ts";

/**
 * Counting the stored lines of many containers over time. The hub counts one container at a time, for two seconds at most; their counts
 * are added in one grid. What was not counted stays known: containers that were not asked, and the time before which a count gave up.
 */

export type CountQuery = {
  /** Most active first. */
  readonly containerIds: readonly ContainerId[];
  readonly range: StoredRange;
  readonly filter: Pick<HistogramQueryInput, "q" | "regex" | "level">;
};

export type StoredCount = {
  /** `paused`: it took long, and can be gone on with. */
  readonly status: "idle" | "running" | "paused" | "done" | "failed";
  readonly buckets: Buckets | null;
  readonly total: number;
  readonly containersDone: number;
  /** Those whose counting failed. */
  readonly containersFailed: number;
  readonly containersTotal: number;
  /** Before this moment not every line of those containers was looked at; `null`: all were. */
  readonly countedFromMs: number | null;
  readonly unreadableLines: number;
  readonly error: unknown;
};

export type StoredCountOptions = {
  /** MUST reject when `signal` is aborted. */
  readonly count: (
    containerId: ContainerId,
    query: Omit<HistogramQueryInput, "buckets"> & { readonly buckets: number },
    signal: AbortSignal,
  ) => Promise<HistogramResponse>;
  /** Since when lines of the container are stored, ms since the epoch; `null` when none are. MUST reject when `signal` is aborted. */
  readonly since: (containerId: ContainerId, signal: AbortSignal) => Promise<number | null>;
  /** The hub's clock, ms since the epoch. */
  readonly now: () => number;
  readonly onChange: () => void;
};

/** Containers that are counted: each is a question of its own. */
export const MOST_COUNTED = 40;
/** Asked at a time: a hub has other things to do as well. */
const AT_ONCE = 2;
/** Longer than this nobody is made to wait for, and no hub made to work, unasked. */
const BUDGET_MS = 10_000;

const IDLE: StoredCount = {
  ...{ status: "idle", buckets: null, total: 0, containersDone: 0, containersFailed: 0, containersTotal: 0 },
  ...{ countedFromMs: null, unreadableLines: 0, error: null },
};

export class StoredCounting {
  readonly #options: StoredCountOptions;
  #state: StoredCount = IDLE;
  #query: CountQuery | null = null;
  #waiting: ContainerId[] = [];
  #abort = new AbortController();

  constructor(options: StoredCountOptions) {
    this.#options = options;
  }

  readonly state = (): StoredCount => this.#state;

  /** Forgets the former count and begins this one; `null` begins none. */
  begin(query: CountQuery | null): void {
    this.stop();
    this.#query = query;
    this.#waiting = [...(query?.containerIds ?? [])];
    const containersTotal = this.#waiting.length;
    this.#set(query === null ? IDLE : { ...IDLE, status: "running", containersTotal });
    if (query !== null) void this.#run();
  }

  /** Goes on with the containers that were not counted. */
  further(): void {
    if (this.#state.status !== "paused") return;
    this.#set({ ...this.#state, status: "running" });
    void this.#run();
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const query = this.#query;
    if (query === null) return;
    const { signal } = abort;
    const startedMs = this.#options.now();
    try {
      const buckets = this.#state.buckets ?? (await this.#grid(query, signal));
      if (signal.aborted) return;
      this.#set({ ...this.#state, buckets });
      if (buckets === null) this.#waiting = [];
      else {
        const isLate = (): boolean => this.#options.now() - startedMs > BUDGET_MS;
        await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(query, isLate, signal)));
      }
    } catch (error) {
      if (!signal.aborted) this.#set({ ...this.#state, status: "failed", error });
      return;
    }
    if (signal.aborted) return;
    const { containersFailed, containersTotal } = this.#state;
    const hasFailed = containersTotal > 0 && containersFailed === containersTotal;
    this.#set({ ...this.#state, status: this.#waiting.length > 0 ? "paused" : hasFailed ? "failed" : "done" });
  }

  /** Empty buckets for the whole time, and for no other: what they count is what a search finds. `null` when nothing is stored. */
  async #grid({ containerIds, range }: CountQuery, signal: AbortSignal): Promise<Buckets | null> {
    const nowMs = this.#options.now();
    const toMs = range.toMs ?? nowMs;
    let beginMs = beginningOf(range, nowMs);
    if (beginMs === null) {
      const sinces = await Promise.all(containerIds.map((id) => this.#options.since(id, signal)));
      const stored = sinces.filter((atMs) => atMs !== null);
      if (stored.length === 0) return null;
      beginMs = Math.min(...stored);
    }
    const fromMs = Math.min(beginMs, toMs - 1);
    const { count } = bucketsFor(fromMs, toMs - 1);
    return { fromMs, stepMs: (toMs - fromMs) / count, counts: new Uint32Array(count * LEVEL_NAMES.length) };
  }

  async #work(query: CountQuery, isLate: () => boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !isLate()) {
      const containerId = this.#waiting.shift();
      if (containerId === undefined) return;
      await this.#countOne(containerId, query, signal);
    }
  }

  async #countOne(containerId: ContainerId, { filter }: CountQuery, signal: AbortSignal): Promise<void> {
    const { buckets } = this.#state;
    if (buckets === null) return;
    const count = bucketCount(buckets);
    const bounds = { since: nsText(bucketBegin(buckets, 0)), until: nsText(bucketBegin(buckets, count)) };
    try {
      const answer = await this.#options.count(containerId, { ...filter, ...bounds, buckets: count }, signal);
      if (!signal.aborted) this.#took(answer);
    } catch (error) {
      if (signal.aborted) return;
      const { containersDone, containersFailed } = this.#state;
      const failed = { containersDone: containersDone + 1, containersFailed: containersFailed + 1 };
      this.#set({ ...this.#state, ...failed, error });
    }
  }

  #took(answer: HistogramResponse): void {
    const { buckets, containersDone, countedFromMs, unreadableLines, total } = this.#state;
    if (buckets === null) return;
    const { progress } = answer;
    const backToMs =
      progress.isComplete || progress.scannedBackToNs === null
        ? null
        : Number(BigInt(progress.scannedBackToNs) / 1_000_000n);
    const froms = [countedFromMs, backToMs].filter((atMs) => atMs !== null);
    this.#set({
      ...this.#state,
      buckets: { ...buckets, counts: sumOf(buckets.counts, answer.counts) },
      total: total + answer.total,
      containersDone: containersDone + 1,
      countedFromMs: froms.length === 0 ? null : Math.max(...froms),
      unreadableLines: unreadableLines + progress.unreadableLines,
    });
  }

  #set(state: StoredCount): void {
    this.#state = state;
    this.#options.onChange();
  }
}

/** New columns: whoever draws the former ones goes on doing so. */
const sumOf = (columns: Uint32Array, counts: HistogramResponse["counts"]): Uint32Array => {
  const sum = Uint32Array.from(columns);
  for (const [level, name] of LEVEL_NAMES.entries()) {
    for (const [bucket, lines] of (counts[name] ?? []).entries()) {
      const at = bucket * LEVEL_NAMES.length + level;
      sum[at] = (sum[at] ?? 0) + lines;
    }
  }
  return sum;
};
