/** Spans of time in the one form that the interface uses: `4 s`, `3 m`, `2 h 5 m`, `6 d 3 h`. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At most two units, rounded down, because an age that is not reached yet must not be claimed. Negative counts as 0. */
export const formatDuration = (durationMs: number): string => {
  if (!Number.isFinite(durationMs)) return "–";
  const ms = Math.max(0, durationMs);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m`;
  if (ms < DAY) return pair(ms, HOUR, "h", MINUTE, "m");
  return pair(ms, DAY, "d", HOUR, "h");
};

/** How long an operation took: `41 ms`, `1.2 s`, then as `formatDuration`. */
export const formatElapsed = (elapsedMs: number): string => {
  if (elapsedMs < SECOND) return `${Math.max(0, Math.round(elapsedMs))} ms`;
  if (elapsedMs < 10 * SECOND) return `${(elapsedMs / SECOND).toFixed(1)} s`;
  return formatDuration(elapsedMs);
};

const pair = (ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string => {
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms % large) / small);
  return rest === 0 || whole >= 10 ? `${whole} ${largeUnit}` : `${whole} ${largeUnit} ${rest} ${smallUnit}`;
};
