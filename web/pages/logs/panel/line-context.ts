import type { NdjsonLine, NdjsonMessage } from "@yardarm/protocol/api/log-line";
import { formatPlural } from "../../../format/percent.ts";

/** Stored lines around one line. */

/** On each side. */
export const LINES_AROUND = 50;
/** The hub stores what it is sent within seconds; later than this a line that is not there will not come. */
const STORED_AFTER_MS = 30_000;

export type LineContext = {
  readonly items: readonly NdjsonLine[];
  /** The line itself; `null` while it is not stored, or no more. */
  readonly line: NdjsonMessage | null;
  readonly before: number;
  readonly after: number;
};

/** What the hub answered, by the number of the line that was asked for. */
export const contextOf = (items: readonly NdjsonLine[], seq: number): LineContext => {
  const found = items.find((item) => item.seq === seq);
  return {
    items,
    line: found === undefined || "loss" in found ? null : found,
    before: items.filter((item) => item.seq < seq).length,
    after: items.filter((item) => item.seq > seq).length,
  };
};

/** True while the line may still be stored. */
export const mayBeStored = (context: LineContext | undefined, atMs: number, nowMs: number): boolean =>
  context?.line === null && nowMs - atMs < STORED_AFTER_MS;

/** `50 lines before, 12 after`, and what that means where there are fewer than asked for. */
export const contextWords = ({ before, after }: LineContext, seq: number): string => {
  const parts = [`${formatPlural(before, "line")} before, ${after} after`];
  if (before < LINES_AROUND) parts.push(seq <= before ? "the log begins here" : "older ones are not stored");
  if (after < LINES_AROUND) parts.push("nothing newer was stored when this was read");
  return parts.join(" · ");
};
