import { LEVEL_NAMES, type LevelName } from "@yardarm/protocol/log/level";
import type { LogStore } from "../../../live/log-store.ts";

/** Lines over time in equal buckets. */

export type Buckets = {
  readonly fromMs: number;
  /** May have a fraction: a chosen time is divided as it is. */
  readonly stepMs: number;
  /** Entry `bucket * levels + level`. */
  readonly counts: Uint32Array;
};

/** From (inclusive) to (exclusive), ms since the epoch. */
export type TimeSpan = { readonly fromMs: number; readonly toMs: number };

/** From the bottom of a bar up: what is most severe stands where it is seen first. */
export const ORDER: readonly LevelName[] = ["fatal", "error", "warn", "info", "debug", "trace", "unknown"];

const MOST_BUCKETS = 120;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS: readonly number[] = [
  ...[1, 5, 10, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((count) => count * HOUR),
];

/** A step that people count in, so that a span has at most 120 buckets; and the beginning that goes with it. */
export const bucketsFor = (
  fromMs: number,
  toMs: number,
): { readonly fromMs: number; readonly stepMs: number; readonly count: number } => {
  const span = Math.max(1, toMs - fromMs);
  const stepMs = STEPS.find((step) => span / step < MOST_BUCKETS - 1) ?? Math.ceil(span / (MOST_BUCKETS - 2));
  const start = Math.floor(fromMs / stepMs) * stepMs;
  return { fromMs: start, stepMs, count: Math.floor((toMs - start) / stepMs) + 1 };
};

/** Of what is loaded, or of a part of its time. */
export const loadedBuckets = (store: Pick<LogStore, "span" | "histogram">, zoom: TimeSpan | null): Buckets | null => {
  const span = store.span();
  if (span === null) return null;
  const { fromMs, stepMs, count } = zoom === null ? bucketsFor(...span) : bucketsFor(zoom.fromMs, zoom.toMs - 1);
  return { fromMs, stepMs, counts: store.histogram(fromMs, stepMs, count) };
};

const LEVELS = LEVEL_NAMES.length;

export const bucketCount = ({ counts }: Buckets): number => counts.length / LEVELS;

/** ms since the epoch; of the bucket after the last one: when that ends. */
export const bucketBegin = ({ fromMs, stepMs }: Buckets, bucket: number): number =>
  Math.round(fromMs + bucket * stepMs);

export const countOf = ({ counts }: Buckets, bucket: number, level: number): number =>
  counts[bucket * LEVELS + level] ?? 0;

export const totalOf = (buckets: Buckets, bucket: number): number => {
  let total = 0;
  for (let level = 0; level < LEVELS; level++) total += countOf(buckets, bucket, level);
  return total;
};

/** The height of the tallest bucket, at least 1. */
export const tallest = (buckets: Buckets): number => {
  let most = 1;
  for (let bucket = 0; bucket < bucketCount(buckets); bucket++) most = Math.max(most, totalOf(buckets, bucket));
  return most;
};
