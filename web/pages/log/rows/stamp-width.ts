import { type StampStyle, stampCharacters } from "../line/stamps.ts";
import type { LogRowList } from "./row-list.ts";

/** Characters that each stamp in front of these rows takes. */
export const stampWidth = (style: StampStyle, rows: LogRowList, nowMs: number): number =>
  stampCharacters(style, firstStampMs(rows), nowMs);

/** When the oldest line shown was written, ms. */
const firstStampMs = (rows: LogRowList): number | null => {
  const row = rows.rowOf(Number.MIN_SAFE_INTEGER);
  const entry = row < 0 ? null : rows.at(row);
  return entry?.kind === "line" ? entry.chunk.stampMs(entry.index) : null;
};
