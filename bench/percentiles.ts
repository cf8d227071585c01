/** Percentiles of latencies: millions of samples in constant memory. */

const BUCKET_US = 10;
/** Everything longer is counted in the last bucket; `maxMs` stays exact. */
const LIMIT_US = 4_000_000;
const BUCKETS = LIMIT_US / BUCKET_US + 1;

/** A histogram of durations with a resolution of 10 µs up to 4 s. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #maxUs = 0;

  /** Durations below zero, which only a clock that was set can bring about, count as zero. */
  record(durationUs: number): void {
    const us = Math.max(durationUs, 0);
    const bucket = us >= LIMIT_US ? BUCKETS - 1 : (us / BUCKET_US) | 0;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count += 1;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxUs / 1000;
  }

  /** The duration in ms that `share` (0 to 1) of the samples do not exceed, by the nearest rank; NaN without samples. */
  percentileMs(share: number): number {
    if (this.#count === 0) return Number.NaN;
    let left = Math.max(1, Math.ceil(this.#count * share));
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket] as number;
      // The bucket's upper end: a percentile is never told too small. None is above the maximum.
      if (left <= 0)
        return bucket === BUCKETS - 1 ? this.maxMs : Math.min(this.maxMs, ((bucket + 1) * BUCKET_US) / 1000);
    }
    return this.maxMs;
  }
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};
