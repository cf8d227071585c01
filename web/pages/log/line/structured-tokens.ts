import { fieldAt, fieldText, type LineField, type StructuredLine, shownFields } from "../../../workers/line-shape.ts";
import type { ColumnsLook } from "../columns/columns.ts";
import { type LineToken, lineTokens } from "./line-tokens.ts";

/** A structured line on one row: its message, then dim `key=value`, but for fields that have columns. */

/** What a row shows of its fields; the rest is in the line's details. */
const FIELDS_CHARACTERS = 4_096;

/** `null` when the line has to be shown as it is written. */
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

/** Whoever has chosen fields wants no others: those are in the line's details. */
const fieldsBehind = (line: StructuredLine, columns: ColumnsLook | null): readonly LineField[] => {
  if (columns === null) return shownFields(line);
  if (!columns.areFolded) return [];
  return columns.keys.flatMap((key) => {
    const value = fieldAt(line, key);
    return value === undefined ? [] : [{ key, value }];
  });
};

const dimmed = (text: string, className: string): readonly LineToken[] =>
  lineTokens(text).map((token) => ({ ...token, className: token.className ?? className }));
