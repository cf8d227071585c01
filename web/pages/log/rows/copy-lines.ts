import { levelName } from "@yardarm/protocol/log/level";
import { levelOfFlags, STREAM_NAMES, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { stripEscapes } from "../../../format/escape-sequences.ts";
import type { LineRow, LogRowList } from "./row-list.ts";
import { isSelected, type LineSelection } from "./selection.ts";

/** Lines to copy or to keep, rebuilt from the store: whatever was selected, however little of it is drawn. */

/** A place in a line: characters of its text as it is shown; `null` takes the line whole. */
export type TextPoint = { readonly seq: number; readonly offset: number | null };

/** Gives a view's line `seq`, folded or not; `null` for what is no line. */
export type LineAt = (seq: number) => Pick<LineRow, "chunk" | "index"> | null;

const plain = ({ chunk, index }: Pick<LineRow, "chunk" | "index">): string =>
  stripEscapes(chunk.lineText(index)).replace(/\r$/, "");

/** The text of one row's line without escape sequences, whole; `null` for rows that are no lines. */
export const plainLine = (rows: LogRowList, row: number): string | null => {
  if (row < 0 || row >= rows.count) return null;
  const entry = rows.at(row);
  return entry.kind === "line" ? plain(entry) : null;
};

/** The lines of a row: its own, and those that are folded under it. */
const linesOf = (rows: LogRowList, row: number, lineAt: LineAt): readonly Line[] => {
  const entry = rows.at(row);
  if (entry.kind !== "line") return [];
  const lines: Line[] = [entry];
  for (let next = 1; entry.isFolded && next <= entry.continuations; next++) {
    const line = lineAt(entry.seq + next);
    if (line !== null) lines.push({ ...line, seq: entry.seq + next });
  }
  return lines;
};
type Line = Pick<LineRow, "chunk" | "index" | "seq">;

/** What lies between two points, in whichever order they are given. Rows that are no lines are left out. */
export const textBetween = (rows: LogRowList, lineAt: LineAt, one: TextPoint, other: TextPoint): string => {
  const [from, to] = isBefore(one, other) ? [one, other] : [other, one];
  const firstRow = rows.rowOf(from.seq);
  const lastRow = rows.rowOf(to.seq);
  if (firstRow < 0) return "";
  const out: string[] = [];
  for (let row = firstRow; row <= (lastRow < 0 ? rows.count - 1 : lastRow); row++) {
    const isLast = row === lastRow;
    for (const line of isLast ? linesOf(rows, row, lineAt).slice(0, 1) : linesOf(rows, row, lineAt)) {
      const text = plain(line);
      const end = line.seq === to.seq ? (to.offset ?? text.length) : text.length;
      out.push(text.slice(line.seq === from.seq ? (from.offset ?? 0) : 0, end));
    }
  }
  return out.join("\n");
};

/** Every line shown, or every selected one, with what is folded under them. */
export const chosenLines = (rows: LogRowList, lineAt: LineAt, selection: LineSelection | null): readonly Line[] => {
  if (selection === null) {
    return Array.from({ length: rows.count }, (_, row) => linesOf(rows, row, lineAt)).flat();
  }
  return selection.ranges.flatMap(({ fromSeq, endSeq }) => {
    const lines: Line[] = [];
    const first = rows.rowOf(fromSeq);
    for (let row = first; row >= 0 && row < rows.count && rowSeq(rows, row, fromSeq) < endSeq; row++) {
      lines.push(...linesOf(rows, row, lineAt));
    }
    return lines;
  });
};

/** How many lines are chosen, folded ones included. */
export const countChosen = (rows: LogRowList, selection: LineSelection): number => {
  let count = 0;
  for (const { fromSeq, endSeq } of selection.ranges) {
    const first = rows.rowOf(fromSeq);
    for (let row = first; row >= 0 && row < rows.count; row++) {
      const entry = rows.at(row);
      if (entry.kind !== "line") continue;
      if (entry.seq >= endSeq) break;
      if (isSelected(selection, entry.seq)) count += 1 + (entry.isFolded ? entry.continuations : 0);
    }
  }
  return count;
};

/** Rows that are no lines count as the line before them. */
const rowSeq = (rows: LogRowList, row: number, otherwise: number): number => {
  const entry = rows.at(row);
  return entry.kind === "line" || entry.kind === "loss" ? entry.seq : otherwise;
};

export const linesAsText = (lines: readonly Line[]): string => lines.map(plain).join("\n");

/** One JSON object per line, with the names of the public NDJSON format. */
export const linesAsNdjson = (lines: readonly Line[]): string =>
  lines.map((line) => JSON.stringify(jsonOf(line))).join("\n");

/** The same as one JSON array. */
export const linesAsJson = (lines: readonly Line[]): string => JSON.stringify(lines.map(jsonOf), null, 2);

const jsonOf = ({ chunk, index, seq }: Line): Readonly<Record<string, unknown>> => {
  const flags = chunk.flags(index);
  return {
    seq,
    ts: rfc3339FromNs(chunk.stampNs(index)),
    stream: STREAM_NAMES[streamOfFlags(flags)],
    level: levelName(levelOfFlags(flags)),
    message: plain({ chunk, index }),
  };
};

const isBefore = (one: TextPoint, other: TextPoint): boolean =>
  one.seq < other.seq || (one.seq === other.seq && (one.offset ?? 0) <= (other.offset ?? 0));
