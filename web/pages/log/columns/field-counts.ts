import { type FieldValue, isGroup, SHAPE_TEXT, shownFields, structureOf } from "../../../workers/line-shape.ts";
import type { LogRowList } from "../rows/row-list.ts";
import { canBeColumn } from "./columns.ts";

/** Which fields the lines have that are shown: what there could be columns of. */

export type FieldCount = { readonly key: string; readonly lines: number };
export type FieldCounts = {
  /** The most frequent first. */
  readonly fields: readonly FieldCount[];
  /** Lines with fields that were looked at. */
  readonly lines: number;
};

/** Enough to tell what is frequent, and read while a menu opens. */
const MOST_LINES = 2_000;
/** Lines may name a field each, as no other line does. */
const MOST_KEYS = 500;
const DEPTH = 3;

/** Of the newest lines that are shown. */
export const countFields = (rows: LogRowList): FieldCounts => {
  const counts = new Map<string, number>();
  let lines = 0;
  for (let row = rows.count - 1; row >= 0 && lines < MOST_LINES; row--) {
    const entry = rows.at(row);
    if (entry.kind !== "line") continue;
    const shape = entry.chunk.shape(entry.index);
    if (shape === SHAPE_TEXT) continue;
    const line = structureOf(entry.chunk.lineText(entry.index), shape);
    if (line === null) continue;
    lines += 1;
    const keys = new Set(shownFields(line).flatMap(({ key, value }) => pathsOf(key, value, DEPTH)));
    for (const key of keys) {
      const count = counts.get(key);
      if (count !== undefined || (counts.size < MOST_KEYS && canBeColumn(key))) counts.set(key, (count ?? 0) + 1);
    }
  }
  const fields = [...counts].map(([key, count]) => ({ key, lines: count }));
  return { fields: fields.toSorted((one, other) => other.lines - one.lines), lines };
};

/** The names of the values inside of an object; of anything else its own. */
const pathsOf = (key: string, value: FieldValue, depth: number): readonly string[] =>
  depth > 1 && isGroup(value)
    ? Object.entries(value).flatMap(([name, inner]) => pathsOf(`${key}.${name}`, inner as FieldValue, depth - 1))
    : [key];
