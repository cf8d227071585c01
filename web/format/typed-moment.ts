const AGO = /^(\d{1,6})\s*(s|m|h|d)(?:\s+ago)?$/i;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const DAY_AND_CLOCK = /^(\d{4})-(\d{2})-(\d{2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A moment as people type it, in this browser's zone: `14:02`, `2026-11-21 14:02:10`, `15m` (so long ago), or RFC 3339. `null` for
 * anything else.
 */
export const parseMoment = (text: string, nowMs: number): number | null => {
  const typed = text.trim();
  const [, count, unit = ""] = AGO.exec(typed) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  const clock = CLOCK.exec(typed);
  if (clock !== null) {
    const today = new Date(nowMs);
    return localMs([today.getFullYear(), today.getMonth() + 1, today.getDate()], clock.slice(1));
  }
  const moment = DAY_AND_CLOCK.exec(typed);
  if (moment !== null) return localMs(moment.slice(1, 4).map(Number), moment.slice(4));
  const atMs = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(typed) ? Date.parse(typed) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
};

/** `null` for a day or a time that does not exist. */
const localMs = (
  [year = 0, month = 0, day = 0]: readonly number[],
  clock: readonly (string | undefined)[],
): number | null => {
  const [hour = 0, minute = 0, second = 0] = clock.map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return null;
  const at = new Date(year, month - 1, day, hour, minute, second);
  return at.getMonth() === month - 1 && at.getDate() === day ? at.getTime() : null;
};
