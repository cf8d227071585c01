/** Moments. The wire carries nanoseconds since the epoch as decimal strings; the screen needs milliseconds. */

/** Milliseconds since the epoch, rounded down; `null` stays `null`. */
export const nsToMs = (ns: string | null): number | null => {
  if (ns === null || !/^-?\d+$/.test(ns)) return null;
  return Number(BigInt(ns) / 1_000_000n);
};

const two = (value: number): string => value.toString().padStart(2, "0");

/** `14:02:11` in the viewer's zone. */
export const formatClock = (atMs: number): string => {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
};

/** `14:02:11.120` in the viewer's zone. */
export const formatClockMs = (atMs: number): string =>
  `${formatClock(atMs)}.${new Date(atMs).getMilliseconds().toString().padStart(3, "0")}`;

/** `2026-11-21 14:02:11` in the viewer's zone; what a relative time shows on hover. */
export const formatMoment = (atMs: number): string => {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${formatClock(atMs)}`;
};
