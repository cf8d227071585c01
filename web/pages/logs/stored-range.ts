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
