import type { LogPattern } from "./log-messages.ts";

/** A search pattern made ready: the same in the worker, which finds lines, and on the page, which marks places. */

export type Place = readonly [start: number, end: number];

export type LineMatcher = {
  readonly matches: (line: string) => boolean;
  /** Every place in the line, ascending; empty ones are left out. */
  readonly places: (line: string) => readonly Place[];
};

/** Makes a matcher for RE2 syntax. @throws Error that says what is wrong with the pattern */
export type CompileRegex = (text: string, isCaseSensitive: boolean) => LineMatcher;

/** The regular expression engine, loaded when first needed. */
export const loadRegex = async (): Promise<CompileRegex> => (await import("./regex.ts")).compileRegex;

/** Folds case as the search does, so that highlighting agrees with it; keeps the length of the text. */
const foldCase = (text: string): string => {
  const folded = text.toLowerCase();
  // A few letters (İ) grow when lowered, and positions would shift.
  return folded.length === text.length ? folded : Array.from(text, lowerOrSame).join("");
};

const lowerOrSame = (letter: string): string => {
  const lower = letter.toLowerCase();
  return lower.length === letter.length ? lower : letter;
};

export const NEVER: LineMatcher = { matches: () => false, places: () => [] };

/** A matcher for plain text. Empty text matches nothing. */
export const textMatcher = (text: string, isCaseSensitive: boolean): LineMatcher => {
  if (text === "") return NEVER;
  const wanted = isCaseSensitive ? text : foldCase(text);
  const searched = (line: string): string => (isCaseSensitive ? line : foldCase(line));
  return {
    matches: (line) => searched(line).includes(wanted),
    places: (line) => {
      const places: Place[] = [];
      const folded = searched(line);
      for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
        places.push([at, at + wanted.length]);
      }
      return places;
    },
  };
};

/** @throws Error when the pattern is not valid, or is a regular expression and `regex` is not loaded */
export const matcherOf = ({ text, isCaseSensitive, isRegex }: LogPattern, regex: CompileRegex | null): LineMatcher => {
  if (!isRegex || text === "") return textMatcher(text, isCaseSensitive);
  if (regex === null) throw new Error("The regular expression engine is not loaded.");
  return regex(text, isCaseSensitive);
};
