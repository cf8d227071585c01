import { decodeUtf8 } from "@yardarm/protocol/log/utf8";
import { stripEscapes } from "../format/escape-sequences.ts";
import type { LogMatches, LogQuery, LogText } from "./log-messages.ts";

/** Search in lines as a reader sees them: without escape sequences. */

/** Folds case as the search does, so that highlighting agrees with it; keeps the length of the text. */
export const foldCase = (text: string): string => {
  const folded = text.toLowerCase();
  // A few letters (İ) grow when lowered, and positions would shift.
  return folded.length === text.length ? folded : Array.from(text, lowerOrSame).join("");
};

const lowerOrSame = (letter: string): string => {
  const lower = letter.toLowerCase();
  return lower.length === letter.length ? lower : letter;
};

/** Which of the lines contain the query's text. */
export const matchLines = ({ count, offsets, text }: LogText, query: LogQuery): LogMatches => {
  const matched = new Uint8Array(count);
  const wanted = query.isCaseSensitive ? query.text : foldCase(query.text);
  for (let index = 0; index < count; index++) {
    const line = stripEscapes(decodeUtf8(text.subarray(offsets[index], offsets[index + 1])));
    if ((query.isCaseSensitive ? line : foldCase(line)).includes(wanted)) matched[index] = 1;
  }
  return { queryId: query.id, matched };
};
