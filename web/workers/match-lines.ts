import { decodeUtf8 } from "@yardarm/protocol/log/utf8";
import { stripEscapes } from "../format/escape-sequences.ts";
import { type LogMatches, type LogText, MATCH_EXCLUDED, MATCH_FOUND } from "./log-messages.ts";
import { type LineMatcher, textMatcher } from "./pattern.ts";

/** Search in lines as a reader sees them: without escape sequences. */

/** A query made ready for many lines. */
export type LineSearch = {
  readonly queryId: number;
  readonly found: LineMatcher;
  readonly excluded: readonly LineMatcher[];
};

/** Excluded texts are plain and say their letters exactly: they were taken from a line. */
export const excludeMatchers = (excludes: readonly string[]): readonly LineMatcher[] =>
  excludes.map((text) => textMatcher(text, true));

/** What the search finds in each of the lines. */
export const matchLines = ({ count, offsets, text }: LogText, { queryId, found, excluded }: LineSearch): LogMatches => {
  const matched = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const line = stripEscapes(decodeUtf8(text.subarray(offsets[index], offsets[index + 1])));
    let bits = found.matches(line) ? MATCH_FOUND : 0;
    if (excluded.some((matcher) => matcher.matches(line))) bits |= MATCH_EXCLUDED;
    matched[index] = bits;
  }
  return { queryId, matched };
};
