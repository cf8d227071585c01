import {
  ALL_LEVELS,
  LEVEL_NAMES,
  type LevelMask,
  levelsOfMask,
  maskOfLevels,
  parseLevelName,
} from "@yardarm/protocol/log/level";
import { NO_SEARCH, type Search } from "./bar/search.ts";
import { type Column, NO_COLUMNS, readColumns, writeColumns } from "./columns/columns.ts";
import { STAMP_STYLES, type StampStyle } from "./line/stamps.ts";

/** The log's part of the address: whoever copies it shares what is looked at, and how. */

/** As it stands in the address; everything but what differs from the defaults is left out. */
export type LogParams = {
  /** What is searched for. */
  readonly q?: string;
  /** Only lines that match; exact letters; a regular expression. */
  readonly only?: true;
  readonly case?: true;
  readonly re?: true;
  /** Texts whose lines are left out. */
  readonly not?: readonly string[];
  /** Levels shown: `error,fatal`. */
  readonly levels?: string;
  readonly wrap?: boolean;
  readonly time?: StampStyle;
  /** Fields in columns of their own: `status,path~40`. */
  readonly cols?: string;
  /** One line, as `line-address.ts` writes it. */
  readonly line?: string;
};

/** What a log view looks at. `null`: as this browser prefers. */
export type LogAddress = {
  readonly search: Search;
  readonly levelMask: LevelMask;
  readonly isWrapped: boolean | null;
  readonly stamps: StampStyle | null;
  readonly columns: readonly Column[];
  readonly line: string | null;
};

export const PLAIN_ADDRESS: LogAddress = {
  search: NO_SEARCH,
  levelMask: ALL_LEVELS,
  isWrapped: null,
  stamps: null,
  columns: NO_COLUMNS,
  line: null,
};

const MAX_TEXT = 512;
const MAX_EXCLUDES = 16;

// The router reads `q=500` as a number.
const written = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";

const textOf = (value: unknown): string | null => {
  const text = written(value);
  return text !== "" && text.length <= MAX_TEXT ? text : null;
};

/** Whatever stands in an address; what cannot be understood is left out. */
export const readLogParams = (raw: Readonly<Record<string, unknown>>): LogParams => {
  const q = textOf(raw.q);
  const line = textOf(raw.line);
  const levels = textOf(raw.levels);
  const list = Array.isArray(raw.not) ? raw.not : raw.not === undefined ? [] : [raw.not];
  const not = list.map(textOf).filter((text) => text !== null);
  const cols = writeColumns(readColumns(written(raw.cols)));
  const time = STAMP_STYLES.find((style) => style === raw.time);
  return {
    ...(q === null ? {} : { q }),
    ...(raw.only === true ? { only: true } : {}),
    ...(raw.case === true ? { case: true } : {}),
    ...(raw.re === true ? { re: true } : {}),
    ...(not.length === 0 ? {} : { not: not.slice(0, MAX_EXCLUDES) }),
    ...(levels === null || maskOfText(levels) === null ? {} : { levels }),
    ...(typeof raw.wrap === "boolean" ? { wrap: raw.wrap } : {}),
    ...(time === undefined ? {} : { time }),
    ...(cols === "" ? {} : { cols }),
    ...(line === null ? {} : { line }),
  };
};

export const addressOf = (params: LogParams): LogAddress => ({
  search: {
    text: params.q ?? "",
    isCaseSensitive: params.case ?? false,
    isRegex: params.re ?? false,
    onlyMatches: params.only ?? false,
    excludes: params.not ?? [],
  },
  levelMask: maskOfText(params.levels ?? "") ?? ALL_LEVELS,
  isWrapped: params.wrap ?? null,
  stamps: params.time ?? null,
  columns: readColumns(params.cols ?? ""),
  line: params.line ?? null,
});

/** The shortest parameters that say the same. */
export const paramsOf = ({ search, levelMask, isWrapped, stamps, columns, line }: LogAddress): LogParams => ({
  ...(search.text === "" ? {} : { q: search.text }),
  ...(search.onlyMatches ? { only: true } : {}),
  ...(search.isCaseSensitive ? { case: true } : {}),
  ...(search.isRegex ? { re: true } : {}),
  ...(search.excludes.length === 0 ? {} : { not: search.excludes }),
  ...(levelMask === ALL_LEVELS ? {} : { levels: textOfMask(levelMask) }),
  ...(isWrapped === null ? {} : { wrap: isWrapped }),
  ...(stamps === null ? {} : { time: stamps }),
  ...(columns.length === 0 ? {} : { cols: writeColumns(columns) }),
  ...(line === null ? {} : { line }),
});

const NO_LEVEL = "none";

const textOfMask = (mask: LevelMask): string => {
  const names = levelsOfMask(mask).map((level) => LEVEL_NAMES[level]);
  return names.length === 0 ? NO_LEVEL : names.join(",");
};

const maskOfText = (text: string): LevelMask | null => {
  if (text === NO_LEVEL) return 0;
  const levels = text.split(",").map((name) => parseLevelName(name));
  return levels.includes(undefined) ? null : maskOfLevels(levels.filter((level) => level !== undefined));
};
