/** How far apart the ticks must be so that measuring stays cheap for those who are measured. */

export type TickCost = {
  /** Time in which the agent did nothing but read kernel files. */
  readonly busyMs: number;
  /** Containers that the engine was asked for. */
  readonly apiReads: number;
  /** From the tick's beginning to its end. */
  readonly tookMs: number;
};

/** Neither the agent nor the engine spends more than this share of a core on numbers. */
const SHARE_OF_CORE = 0.05;
/** What one sample costs the engine; measured between 2.2 and 6 ms. */
const ENGINE_MS_PER_READ = 3;
const LONGEST_MS = 60_000;

/**
 * The wanted interval, or the next whole second that keeps the cheapest of the last ticks within the share. The
 * cheapest, because a pause of the machine makes one tick look dear but not all of them.
 */
export const stretchedIntervalMs = (wantedMs: number, costs: readonly TickCost[]): number => {
  const needed = costs.map(({ busyMs, apiReads, tookMs }) =>
    Math.max(busyMs / SHARE_OF_CORE, (apiReads * ENGINE_MS_PER_READ) / SHARE_OF_CORE, tookMs),
  );
  const neededMs = costs.length === 0 ? 0 : Math.min(...needed);
  if (neededMs <= wantedMs) return wantedMs;
  return Math.min(LONGEST_MS, Math.ceil(neededMs / 1_000) * 1_000);
};
