import type { MetricsHistory } from "@yardarm/protocol/api/metrics";
import type { ClientSample } from "@yardarm/protocol/client-down/metrics";

/** History from the hub and live samples on top, as one set of columns over the last 15 minutes. */

export const WINDOW_MS = 15 * 60_000;
/** No sample for so long is a gap in the line. */
export const GAP_MS = 15_000;

export type MetricColumns = {
  readonly tsMs: readonly number[];
  readonly cpuCores: readonly (number | null)[];
  readonly memoryUsedBytes: readonly (number | null)[];
  readonly memoryLimitBytes: readonly (number | null)[];
};

export type LiveSample = { readonly atMs: number; readonly sample: ClientSample };

/** Live samples are the newer truth: history counts only up to the first of them. Both ascend. */
export const mergeColumns = (
  history: MetricsHistory | undefined,
  live: readonly LiveSample[],
  toMs: number,
): MetricColumns => {
  const fromMs = toMs - WINDOW_MS;
  const firstLiveMs = live[0]?.atMs ?? Number.POSITIVE_INFINITY;
  const tsMs: number[] = [];
  const cpuCores: (number | null)[] = [];
  const memoryUsedBytes: (number | null)[] = [];
  const memoryLimitBytes: (number | null)[] = [];
  for (const [index, at] of (history?.tsMs ?? []).entries()) {
    if (at < fromMs || at >= firstLiveMs) continue;
    tsMs.push(at);
    cpuCores.push(history?.cpuCores[index] ?? null);
    memoryUsedBytes.push(history?.memoryUsedBytes[index] ?? null);
    memoryLimitBytes.push(history?.memoryLimitBytes[index] ?? null);
  }
  for (const { atMs, sample } of live) {
    if (atMs < fromMs) continue;
    tsMs.push(atMs);
    cpuCores.push(sample.cpuCores);
    memoryUsedBytes.push(sample.memoryUsedBytes);
    memoryLimitBytes.push(sample.memoryLimitBytes);
  }
  return { tsMs, cpuCores, memoryUsedBytes, memoryLimitBytes };
};

/** Appends a sample and forgets what has left the window; one that is not newer than the last is ignored. */
export const appendSample = (live: readonly LiveSample[], next: LiveSample): readonly LiveSample[] => {
  const last = live.at(-1);
  if (last !== undefined && next.atMs <= last.atMs) return live;
  const fromMs = next.atMs - WINDOW_MS;
  return [...live.filter(({ atMs }) => atMs >= fromMs), next];
};
