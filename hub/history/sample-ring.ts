import type { ContainerSample } from "@yardarm/protocol/metrics";

/** What one tick says of one container, whoever names it. */
export type SampleValues = Omit<ContainerSample, "dockerId">;

/** The values that are kept; `NaN` inside stands for unknown. */
const COLUMNS = [
  "cpuCores",
  "memoryUsedBytes",
  "memoryLimitBytes",
  "networkRxBytesPerSecond",
  "networkTxBytesPerSecond",
] as const satisfies readonly (keyof SampleValues)[];

type Column = (typeof COLUMNS)[number];

export type SampleColumns = { readonly tsMs: number[] } & { readonly [Name in Column]: (number | null)[] };

/** Empty columns, to be filled. */
export const noSamples = (): SampleColumns => ({
  tsMs: [],
  cpuCores: [],
  memoryUsedBytes: [],
  memoryLimitBytes: [],
  networkRxBytesPerSecond: [],
  networkTxBytesPerSecond: [],
});

/** The last samples of one container in fixed memory: 44 bytes a sample. */
export class SampleRing {
  readonly #capacity: number;
  readonly #minGapMs: number;
  readonly #tsMs: Float64Array;
  readonly #values: Float32Array;
  #count = 0;
  #lastTsMs = Number.NEGATIVE_INFINITY;

  /** Samples that follow the last kept one by less than `minGapMs` are for live viewers only. */
  constructor(options: { readonly capacity: number; readonly minGapMs: number }) {
    this.#capacity = options.capacity;
    this.#minGapMs = options.minGapMs;
    this.#tsMs = new Float64Array(options.capacity);
    this.#values = new Float32Array(options.capacity * COLUMNS.length);
  }

  /** A sample that is older than the last one (a clock stepped back) starts the ring anew: order is what charts rely on. */
  push(tsMs: number, sample: SampleValues): void {
    if (tsMs < this.#lastTsMs) this.#count = 0;
    else if (tsMs - this.#lastTsMs < this.#minGapMs) return;
    const slot = this.#count % this.#capacity;
    this.#tsMs[slot] = tsMs;
    COLUMNS.forEach((column, index) => {
      this.#values[slot * COLUMNS.length + index] = sample[column] ?? Number.NaN;
    });
    this.#count += 1;
    this.#lastTsMs = tsMs;
  }

  /** Samples at or after `sinceMs`, oldest first, as columns of equal length. */
  read(sinceMs: number): SampleColumns {
    const columns = noSamples();
    for (let index = Math.max(0, this.#count - this.#capacity); index < this.#count; index += 1) {
      const slot = index % this.#capacity;
      const tsMs = this.#tsMs[slot] ?? 0;
      if (tsMs < sinceMs) continue;
      columns.tsMs.push(tsMs);
      COLUMNS.forEach((column, offset) => {
        const value = this.#values[slot * COLUMNS.length + offset] ?? Number.NaN;
        columns[column].push(Number.isNaN(value) ? null : value);
      });
    }
    return columns;
  }
}
