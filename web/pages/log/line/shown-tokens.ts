import { decodeUtf8, encodeUtf8 } from "@yardarm/protocol/log/utf8";
import { type LineShape, shapeOf, structureOf } from "../../../workers/line-shape.ts";
import type { LineMatcher } from "../../../workers/pattern.ts";
import { type LineToken, lineTokens } from "./line-tokens.ts";
import { markTokens } from "./search-highlight.ts";
import { structuredTokens } from "./structured-tokens.ts";

/** A line outside of a log's rows, shown as a row shows it. */

export type ShownLook = {
  /** Structured lines as message and fields. */
  readonly showsFields: boolean;
  /** What is marked; `null`: nothing. */
  readonly matcher: LineMatcher | null;
};

/** How the text is written. */
export const shapeOfText = (text: string): LineShape => shapeOf(encodeUtf8(text), decodeUtf8);

/** Message and fields with what was found marked; the line as it is written where only that shows what was found. */
export const shownTokens = (text: string, { showsFields, matcher }: ShownLook): readonly LineToken[] => {
  const line = showsFields ? structureOf(text, shapeOfText(text)) : null;
  const structured = line === null ? null : structuredTokens(line, null);
  if (structured !== null && (matcher === null || isFoundIn(structured, matcher)))
    return markTokens(structured, matcher);
  const written = lineTokens(text);
  const isFound = matcher !== null && isFoundIn(written, matcher);
  return markTokens(structured === null || isFound ? written : structured, matcher);
};

const isFoundIn = (tokens: readonly LineToken[], matcher: LineMatcher): boolean =>
  matcher.matches(tokens.map((token) => token.text).join(""));
