import type { MetricsHistory } from "@yardarm/protocol/api/metrics";
import { formatElapsed } from "../../../format/duration.ts";

/** What a container used when it wrote a line. */

/** Hosts send a sample every 5 s; one that is farther away from the line says nothing about it. */
const REACH_MS = 15_000;

export type SampleAt = {
  readonly cpuCores: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryLimitBytes: number | null;
  /** The sample's time minus the line's, ms: negative when it was taken before the line was written. */
  readonly offsetMs: number;
};

/** The sample that was taken nearest to `atMs`; `null` when there is none within reach. Both are of the host's clock. */
export const sampleAt = (history: MetricsHistory, atMs: number): SampleAt | null => {
  let nearest = -1;
  for (const [index, tsMs] of history.tsMs.entries()) {
    if (Math.abs(tsMs - atMs) > REACH_MS) continue;
    if (nearest < 0 || Math.abs(tsMs - atMs) < Math.abs((history.tsMs[nearest] ?? 0) - atMs)) nearest = index;
  }
  if (nearest < 0) return null;
  return {
    cpuCores: history.cpuCores[nearest] ?? null,
    memoryUsedBytes: history.memoryUsedBytes[nearest] ?? null,
    memoryLimitBytes: history.memoryLimitBytes[nearest] ?? null,
    offsetMs: (history.tsMs[nearest] ?? 0) - atMs,
  };
};

/** `2.1 s before the line`. */
export const offsetWords = (offsetMs: number): string =>
  `${formatElapsed(Math.abs(offsetMs))} ${offsetMs > 0 ? "after" : "before"} the line`;

/** Why there is no sample. */
export const noSampleWords = (history: MetricsHistory, atMs: number): string => {
  const [oldestMs] = history.tsMs;
  if (oldestMs === undefined) return "The hub has no sample of this container in the last 15 minutes.";
  return atMs < oldestMs - REACH_MS
    ? "The hub keeps samples of the last 15 minutes; this line is older."
    : "None was taken within 15 s of this line.";
};

/** True while a sample that is nearer to the line than the newest one may still come. */
export const mayComeNearer = (history: MetricsHistory | undefined, atMs: number, nowMs: number): boolean => {
  const newestMs = history?.tsMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  return newestMs < atMs && nowMs - atMs < REACH_MS;
};
