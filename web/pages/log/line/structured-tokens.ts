import {
  fieldAt,
  fieldText,
  type LineField,
  type StructuredLine,
  shownFields,
  withoutField,
} from "../../../workers/line-shape.ts";
import type { ColumnsLook } from "../columns/columns.ts";
import { type LineToken, lineTokens } from "./line-tokens.ts";

/** A structured line on one row: its message, then dim `key=value` of what stands in no column. */

/** What a row shows of its fields; the rest is in the line's details. */
const FIELDS_CHARACTERS = 4_096;

/** `null` when the line has to be shown as it is written: there is nothing else to show of it. */
export const structuredTokens = (line: StructuredLine, columns: ColumnsLook | null): readonly LineToken[] | null => {
  const tokens: LineToken[] = line.message === "" ? [] : [...lineTokens(line.message)];
  let room = FIELDS_CHARACTERS;
  for (const { key, value } of fieldsBehind(line, columns)) {
    if (room <= 0) break;
    const shown = fieldText(value).slice(0, room);
    room -= key.length + shown.length + 2;
    tokens.push(...dimmed(`${tokens.length === 0 ? "" : " "}${key}=`, "yd-key"), ...dimmed(shown, "yd-value"));
  }
  return tokens.length === 0 && columns !== null ? null : tokens;
};

/** Nothing is said twice. Where there is no room for columns, what was chosen comes first, in that order. */
const fieldsBehind = (line: StructuredLine, columns: ColumnsLook | null): readonly LineField[] => {
  const fields = shownFields(line);
  if (columns === null) return fields;
  const others = columns.keys.reduce<readonly LineField[]>(withoutField, fields);
  if (!columns.areFolded) return others;
  const chosen = columns.keys.flatMap((key) => {
    const value = fieldAt(line, key);
    return value === undefined ? [] : [{ key, value }];
  });
  return [...chosen, ...others];
};

const dimmed = (text: string, className: string): readonly LineToken[] =>
  lineTokens(text).map((token) => ({ ...token, className: token.className ?? className }));
