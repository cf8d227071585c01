import { fieldText, shownFields, structureOf } from "../../../workers/line-shape.ts";
import { type LineToken, lineTokens } from "./line-tokens.ts";

/** A structured line on one row: its message, then dim `key=value`. */

/** What a row shows of its fields; the rest is in the line's details. */
const FIELDS_CHARACTERS = 4_096;

/** `null` when the line has to be shown as it is written. */
export const structuredTokens = (text: string, shape: number): readonly LineToken[] | null => {
  const line = structureOf(text, shape);
  if (line === null) return null;
  const tokens: LineToken[] = line.message === "" ? [] : [...lineTokens(line.message)];
  let room = FIELDS_CHARACTERS;
  for (const { key, value } of shownFields(line)) {
    if (room <= 0) break;
    const shown = fieldText(value).slice(0, room);
    room -= key.length + shown.length + 2;
    tokens.push(...dimmed(`${tokens.length === 0 ? "" : " "}${key}=`, "yd-key"), ...dimmed(shown, "yd-value"));
  }
  return tokens;
};

const dimmed = (text: string, className: string): readonly LineToken[] =>
  lineTokens(text).map((token) => ({ ...token, className: token.className ?? className }));
