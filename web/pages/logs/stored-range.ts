import { formatClock, formatMoment } from "../../format/time.ts";
import type { Since } from "./logs-address.ts";

/** Which time a search and a count cover: back to an age, or from one moment to another. */

export type StoredRange = {
  /** How far back; absent together with `fromMs`: everything. */
  readonly since?: Since | undefined;
  /** Inclusive, ms since the epoch. */
  readonly fromMs?: number | undefined;
  /** Exclusive, ms since the epoch. */
  readonly toMs?: number | undefined;
};

export const isAbsolute = ({ fromMs, toMs }: StoredRange): boolean => fromMs !== undefined || toMs !== undefined;

/** As the hub takes it. */
export const boundsOf = ({
  since,
  fromMs,
  toMs,
}: StoredRange): { readonly since?: string; readonly until?: string } => ({
  ...(fromMs === undefined ? (since === undefined ? {} : { since }) : { since: nsText(fromMs) }),
  ...(toMs === undefined ? {} : { until: nsText(toMs) }),
});

/** Milliseconds as the hub's nanoseconds. */
export const nsText = (atMs: number): string => `${Math.round(atMs)}000000`;

const SINCE_MS: Readonly<Record<Since, number>> = {
  "15m": 15 * 60_000,
  "1h": 3_600_000,
  "6h": 6 * 3_600_000,
  "24h": 24 * 3_600_000,
  "7d": 7 * 24 * 3_600_000,
};

/** Where the range begins, ms since the epoch; `null`: with the oldest stored line. */
export const beginningOf = ({ since, fromMs }: StoredRange, nowMs: number): number | null =>
  fromMs ?? (since === undefined ? null : nowMs - SINCE_MS[since]);

/** `14:02:10 – 14:05:00`; with the date where it is another day than today. */
export const rangeWords = ({ fromMs, toMs }: StoredRange, nowMs: number): string => {
  const words = (atMs: number | undefined, open: string): string =>
    atMs === undefined ? open : momentWords(atMs, nowMs);
  return `${words(fromMs, "the beginning")} – ${words(toMs, "now")}`;
};

export const momentWords = (atMs: number, nowMs: number): string =>
  new Date(atMs).toDateString() === new Date(nowMs).toDateString() ? formatClock(atMs) : formatMoment(atMs);

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
