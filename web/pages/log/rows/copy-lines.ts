import { stripEscapes } from "../../../format/escape-sequences.ts";
import type { LogRows } from "./log-rows.ts";

/** Text to copy, rebuilt from the store: whatever was selected, however little of it is drawn. */

/** A place in a line: characters of its text as it is shown. */
export type TextPoint = { readonly seq: number; readonly offset: number };

/** The text of one line without escape sequences, whole. */
export const plainLine = (rows: LogRows, row: number): string | null => {
  const entry = rows.at(row);
  return entry.kind === "line" ? stripEscapes(entry.chunk.lineText(entry.index)).replace(/\r$/, "") : null;
};

/** What lies between two points, in whichever order they are given. Rows that are no lines are left out. */
export const textBetween = (rows: LogRows, one: TextPoint, other: TextPoint): string => {
  const [from, to] = isBefore(one, other) ? [one, other] : [other, one];
  const firstRow = rows.rowOf(from.seq);
  const lastRow = rows.rowOf(to.seq);
  if (firstRow < 0) return "";
  const lines: string[] = [];
  for (let row = firstRow; row <= (lastRow < 0 ? rows.count - 1 : lastRow); row++) {
    const line = plainLine(rows, row);
    if (line === null) continue;
    const seq = rows.keyAt(row);
    const end = seq === to.seq ? to.offset : line.length;
    lines.push(line.slice(seq === from.seq ? from.offset : 0, end));
  }
  return lines.join("\n");
};

/** Every line shown. */
export const allText = (rows: LogRows): string => {
  const lines: string[] = [];
  for (let row = 0; row < rows.count; row++) {
    const line = plainLine(rows, row);
    if (line !== null) lines.push(line);
  }
  return lines.join("\n");
};

const isBefore = (one: TextPoint, other: TextPoint): boolean =>
  one.seq < other.seq || (one.seq === other.seq && one.offset <= other.offset);
