import { ProtocolError } from "@yardarm/protocol/errors";
import { decodeUtf8, encodeUtf8 } from "@yardarm/protocol/log/utf8";
import { RE2JS } from "re2js";
import type { LinePattern } from "./line-filter.ts";
import { requiredLiteral } from "./required-literal.ts";
import { hasEscapes, type LineText, stripEscapes } from "./strip-escapes.ts";

/** Bytes of a line that a regular expression looks at: the cost of one line has to have a bound. */
const REGEX_LINE_BYTES = 16 * 1024;

/** A pattern made ready for many batches. */
export interface LineMatcher {
  /** False: no line of the text can match. Looks at the whole text at once. */
  mayMatch(text: Uint8Array): boolean;
  /** Indexes of the lines that match, ascending. */
  matchLines(lines: LineText): readonly number[];
}

export interface MatcherOptions {
  /** Called between lines; throws when the matching has taken too long. */
  readonly checkTime: () => void;
}

/** @throws ProtocolError `invalid_request` for an expression that is none */
export const compileMatcher = (pattern: LinePattern, options: MatcherOptions): LineMatcher => {
  const finder = pattern.kind === "text" ? textFinder(pattern) : regexFinder(pattern, options);
  return {
    mayMatch: (text) => hasEscapes(text) || finder.mayMatch(text),
    matchLines: (lines) => finder.matchLines(hasEscapes(lines.text) ? stripEscapes(lines) : lines),
  };
};

/** Looks for bytes in one large text: `from` is where to begin, -1 means nowhere. */
interface ByteSearch {
  readonly length: number;
  open(text: Uint8Array): (from: number) => number;
}

const exactSearch = (needle: Uint8Array): ByteSearch => ({
  length: needle.length,
  open: (text) => {
    const buffer = Buffer.from(text.buffer, text.byteOffset, text.length);
    return (from) => buffer.indexOf(needle, from);
  },
});

/** ASCII only. One byte stays one character, so that offsets in the lowered string are offsets in the text. */
const foldedSearch = (needle: string): ByteSearch => {
  const lowered = needle.toLowerCase();
  return {
    length: lowered.length,
    open: (text) => {
      const haystack = Buffer.from(text.buffer, text.byteOffset, text.length).toString("latin1").toLowerCase();
      return (from) => haystack.indexOf(lowered, from);
    },
  };
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant, its control characters too
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

const textFinder = ({ source, isCaseSensitive }: LinePattern): LineMatcher => {
  if (isCaseSensitive) return byteFinder(exactSearch(encodeUtf8(source)));
  if (isAscii(source)) return byteFinder(foldedSearch(source));
  const lowered = source.toLowerCase();
  return perLine((bytes) => decodeUtf8(bytes).toLowerCase().includes(lowered));
};

const byteFinder = (search: ByteSearch): LineMatcher => ({
  mayMatch: (text) => search.open(text)(0) >= 0,
  matchLines: (lines) => [...linesWith(search, lines)],
});

/** Lines that contain what is searched; a find across the border of two lines is none. */
function* linesWith(search: ByteSearch, { text, textOffsets }: LineText): Generator<number> {
  const find = search.open(text);
  let line = 0;
  for (let at = find(0); at >= 0; ) {
    line = lineAt(textOffsets, at, line);
    const end = textOffsets[line + 1] as number;
    if (at + search.length <= end) {
      yield line;
      at = find(end);
    } else {
      at = find(at + 1);
    }
  }
}

/** The line, `lowest` or a later one, that holds the byte at `offset`. */
const lineAt = (textOffsets: Uint32Array, offset: number, lowest: number): number => {
  let low = lowest;
  let high = textOffsets.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((textOffsets[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
};

const perLine = (test: (line: Uint8Array) => boolean, checkTime: () => void = () => {}): LineMatcher => ({
  mayMatch: () => true,
  matchLines: ({ text, textOffsets }) => {
    const found: number[] = [];
    for (let line = 0; line + 1 < textOffsets.length; line++) {
      checkTime();
      if (test(text.subarray(textOffsets[line], textOffsets[line + 1]))) found.push(line);
    }
    return found;
  },
});

const regexFinder = ({ source, isCaseSensitive }: LinePattern, { checkTime }: MatcherOptions): LineMatcher => {
  const expression = compileRegex(source, isCaseSensitive);
  const test = (line: Uint8Array): boolean => expression.test(line.subarray(0, REGEX_LINE_BYTES));
  const literal = requiredLiteral(source, isCaseSensitive);
  if (literal === null) return perLine(test, checkTime);
  const search = isCaseSensitive ? exactSearch(encodeUtf8(literal)) : foldedSearch(literal);
  return {
    mayMatch: (text) => search.open(text)(0) >= 0,
    matchLines: (lines) => {
      const found: number[] = [];
      for (const line of linesWith(search, lines)) {
        checkTime();
        if (test(lines.text.subarray(lines.textOffsets[line], lines.textOffsets[line + 1]))) found.push(line);
      }
      return found;
    },
  };
};

const compileRegex = (source: string, isCaseSensitive: boolean): RE2JS => {
  try {
    return RE2JS.compile(source, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "it cannot be read";
    throw new ProtocolError("invalid_request", `q: not a regular expression: ${reason}`, { cause });
  }
};
