import type { RowLook } from "../line/row-element.ts";
import { type StampStyle, stampCharacters } from "../line/stamps.ts";
import type { LogRowList } from "./row-list.ts";

/** Characters that each stamp in front of these rows takes. */
export const stampWidth = (style: StampStyle, rows: LogRowList, nowMs: number): number =>
  stampCharacters(style, firstStampMs(rows), nowMs);

/** As wide as the style sheet of the rows says. */
const SOURCE_CH = 18;
const LEVEL_CH = 2;
const STREAM_CH = 4;

/** Characters of everything that stands in front of a line: its source, stamp, level and stream. */
export const gutterCharacters = (
  { sourceOf, showsStream }: Pick<RowLook, "sourceOf" | "showsStream">,
  { stamps, rows, nowMs }: { readonly stamps: StampStyle; readonly rows: LogRowList; readonly nowMs: number },
): number => {
  const stampCh = stamps === "off" ? 0 : stampWidth(stamps, rows, nowMs) + 1;
  return (sourceOf === null ? 0 : SOURCE_CH) + stampCh + LEVEL_CH + (showsStream ? STREAM_CH : 0);
};

/** When the oldest line shown was written, ms. */
const firstStampMs = (rows: LogRowList): number | null => {
  const row = rows.rowOf(Number.MIN_SAFE_INTEGER);
  const entry = row < 0 ? null : rows.at(row);
  return entry?.kind === "line" ? entry.chunk.stampMs(entry.index) : null;
};
