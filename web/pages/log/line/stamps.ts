import { formatDuration } from "../../../format/duration.ts";
import { formatClockMs } from "../../../format/time.ts";

/** Timestamps in front of lines. */

export const STAMP_STYLES = ["absolute", "relative", "delta", "off"] as const;
export type StampStyle = (typeof STAMP_STYLES)[number];

export const STAMP_NAMES: Readonly<Record<StampStyle, string>> = {
  absolute: "Time of day",
  relative: "Age",
  delta: "Since the line before",
  off: "Off",
};

/**
 * Characters that a stamp takes at most, so that the text behind it begins in one column. Only a log that begins before
 * today needs room for dates.
 */
export const stampCharacters = (style: StampStyle, firstMs: number | null, nowMs: number): number => {
  switch (style) {
    case "absolute":
      return firstMs === null || isSameDay(firstMs, nowMs) ? "00:00:00.000".length : "00-00 00:00:00.000".length;
    case "relative":
    case "delta":
      return "+59.999 s".length;
    case "off":
      return 0;
  }
};

export const nextStampStyle = (style: StampStyle): StampStyle =>
  STAMP_STYLES[(STAMP_STYLES.indexOf(style) + 1) % STAMP_STYLES.length] ?? "absolute";

export type StampFacts = {
  readonly atNs: bigint;
  /** Of the line above; `null` at the beginning. */
  readonly previousNs: bigint | null;
  /** The hub's clock. */
  readonly nowMs: number;
};

export const formatStamp = (style: StampStyle, { atNs, previousNs, nowMs }: StampFacts): string => {
  const atMs = Number(atNs / 1_000_000n);
  switch (style) {
    case "absolute":
      return isSameDay(atMs, nowMs) ? formatClockMs(atMs) : `${monthAndDay(atMs)} ${formatClockMs(atMs)}`;
    case "relative":
      return formatDuration(nowMs - atMs);
    case "delta":
      return previousNs === null ? "" : formatDelta(atNs - previousNs);
    case "off":
      return "";
  }
};

const isSameDay = (oneMs: number, otherMs: number): boolean =>
  new Date(oneMs).toDateString() === new Date(otherMs).toDateString();

const monthAndDay = (atMs: number): string => {
  const at = new Date(atMs);
  return `${(at.getMonth() + 1).toString().padStart(2, "0")}-${at.getDate().toString().padStart(2, "0")}`;
};

/** `+12 ms`, `+1.204 s`, `+3 m`; what was stamped earlier than the line above has a minus. */
const formatDelta = (deltaNs: bigint): string => {
  const sign = deltaNs < 0n ? "−" : "+";
  const ms = Math.abs(Number(deltaNs) / 1e6);
  if (ms < 1) return `${sign}${Math.round(ms * 1_000)} µs`;
  if (ms < 1_000) return `${sign}${Math.round(ms)} ms`;
  return ms < 60_000 ? `${sign}${(ms / 1_000).toFixed(3)} s` : `${sign}${formatDuration(ms)}`;
};
