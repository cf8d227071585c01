/**
 * The level of a line that is a JSON object: the value of a well-known key of its top level, or of the objects that ECS (`log`) and loguru
 * (`record`, then `level`) nest it in. The scan goes over the bytes once and stops at the first key that says a level.
 */
import { DEBUG, ERROR, FATAL, INFO, type Level, TRACE, UNKNOWN, WARN } from "@yardarm/protocol/log/level";
import { isDigit, isLetter, LF } from "./byte-class.ts";
import { levelOfOtelNumber, levelOfPinoNumber, levelOfSyslogSeverity, levelOfWord } from "./level-words.ts";

/** Bytes of a line that are looked at; keys behind them are not found. */
const SCAN_BYTES = 8192;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NOT_A_NUMBER = -1;

type KeyKind = "word" | "onlyWord" | "syslog" | "otel" | "letter" | "nested" | "name";

const KEY_KINDS: Readonly<Record<KeyKind, readonly string[]>> = {
  word: [
    ...[
      "level",
      "Level",
      "LEVEL",
      "@level",
      "lvl",
      "severity",
      "Severity",
      "SEVERITY",
      "log.level",
      "loglevel",
      "logLevel",
      "LogLevel",
    ],
    ...[
      "log_level",
      "levelname",
      "levelName",
      "level_name",
      "levelno",
      "severityText",
      "SeverityText",
      "severity_text",
    ],
  ],
  // Serilog and zap; a number under them would be something else.
  onlyWord: ["@l", "L"],
  syslog: ["PRIORITY", "syslog_severity"],
  otel: ["severityNumber", "SeverityNumber", "severity_number"],
  letter: ["s"],
  nested: ["log", "record"],
  name: ["name"],
};
/** Keys by their length, then compared byte by byte. */
const KEYS_BY_LENGTH: readonly (readonly { readonly bytes: Uint8Array; readonly kind: KeyKind }[])[] = Array.from(
  { length: 16 },
  (_, length) =>
    Object.entries(KEY_KINDS).flatMap(([kind, keys]) =>
      keys
        .filter((key) => key.length === length)
        .map((key) => ({ bytes: Uint8Array.from(key, (char) => char.charCodeAt(0)), kind: kind as KeyKind })),
    ),
);

/** The level that the object beginning at `start` (a `{`) states, or `UNKNOWN`; text that is no JSON states none. */
export const levelOfJson = (bytes: Uint8Array, start: number, end: number): Level => {
  const limit = Math.min(end, start + SCAN_BYTES);
  let depth = 0;
  /** Deepest object whose keys count: 1, and more while inside a nested key's object. */
  let keyDepth = 1;
  let levelDepth = 0;
  let isClefEvent = false;
  let at = start;
  while (at < limit) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      const keyStart = at + 1;
      const keyEnd = stringEnd(bytes, keyStart, limit);
      at = skipSpace(bytes, keyEnd + 1, limit);
      if (bytes[at] !== 0x3a || at >= limit) continue;
      at = skipSpace(bytes, at + 1, limit);
      if (depth > keyDepth) continue;
      if (keyEnd - keyStart === 3 && bytes[keyStart] === 0x40 && bytes[keyStart + 1] === 0x6d) isClefEvent = true;
      const kind = kindOfKey(bytes, keyStart, keyEnd);
      // Only in the object that is the level itself is a `name` the level's.
      if (kind === undefined || (kind === "name" && depth !== levelDepth)) continue;
      // ECS `log.level` and loguru `record.level.name`: the object's own keys are looked at as well.
      if (bytes[at] === 0x7b) {
        if (kind === "nested" || kind === "word") keyDepth = depth + 1;
        if (kind === "word") levelDepth = depth + 1;
        continue;
      }
      const level = levelOfValue(bytes, at, limit, kind);
      if (level !== UNKNOWN) return level;
      continue;
    }
    at++;
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      if (depth === 0) break;
      if (depth < keyDepth) keyDepth = depth;
      if (depth < levelDepth) levelDepth = 0;
    } else if (byte === LF) break;
  }
  // Compact Serilog events (`@mt` beside `@t`) leave the level out when it is Information.
  return isClefEvent && depth === 0 ? INFO : UNKNOWN;
};

const stringEnd = (bytes: Uint8Array, start: number, limit: number): number => {
  let at = start;
  while (at < limit) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return limit;
};

const skipSpace = (bytes: Uint8Array, start: number, limit: number): number => {
  let at = start;
  while (at < limit && (bytes[at] as number) <= 0x20) at++;
  return at;
};

const kindOfKey = (bytes: Uint8Array, start: number, end: number): KeyKind | undefined => {
  const keys = KEYS_BY_LENGTH[end - start];
  if (keys === undefined) return undefined;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index];
    if (key !== undefined && sameBytes(bytes, start, key.bytes)) return key.kind;
  }
  return undefined;
};

const sameBytes = (bytes: Uint8Array, start: number, expected: Uint8Array): boolean => {
  for (let index = 0; index < expected.length; index++) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  return true;
};

const levelOfValue = (bytes: Uint8Array, start: number, limit: number, kind: KeyKind): Level => {
  const isString = start < limit && bytes[start] === QUOTE;
  const valueStart = isString ? start + 1 : start;
  if (isString && valueStart < limit && isLetter(bytes[valueStart])) {
    if (kind === "letter") return levelOfMongoLetter(bytes, valueStart, limit);
    let valueEnd = valueStart;
    while (valueEnd < limit && isLetter(bytes[valueEnd])) valueEnd++;
    // Serilog's Verbose is its lowest level; elsewhere the word stands for debug.
    if (kind === "onlyWord" && (bytes[valueStart] as number) === 0x56) return TRACE;
    return levelOfWord(bytes, valueStart, valueEnd);
  }
  const value = smallNumber(bytes, valueStart, limit);
  if (value === NOT_A_NUMBER) return UNKNOWN;
  if (kind === "word") return levelOfPinoNumber(value);
  if (kind === "otel") return levelOfOtelNumber(value);
  return kind === "syslog" && value <= 7 ? levelOfSyslogSeverity(value) : UNKNOWN;
};

/** MongoDB: `"s":"I"`, W, E, F, or D1 to D5. A longer string under that key is something else. */
const levelOfMongoLetter = (bytes: Uint8Array, start: number, limit: number): Level => {
  const letter = bytes[start];
  const isDebug = letter === 0x44 && start + 2 < limit && isDigit(bytes[start + 1]);
  const end = isDebug ? start + 2 : start + 1;
  if (end >= limit || bytes[end] !== QUOTE) return UNKNOWN;
  if (letter === 0x44) return DEBUG;
  return letter === 0x49 ? INFO : letter === 0x57 ? WARN : letter === 0x45 ? ERROR : letter === 0x46 ? FATAL : UNKNOWN;
};

/** A whole number of one or two digits, or `NOT_A_NUMBER`. A number that the line's end may have cut counts as it is. */
const smallNumber = (bytes: Uint8Array, start: number, limit: number): number => {
  let at = start;
  let value = 0;
  while (at < limit && at < start + 3 && isDigit(bytes[at])) value = value * 10 + (bytes[at++] as number) - 0x30;
  const isFraction = at < limit && bytes[at] === 0x2e;
  return at === start || at === start + 3 || isFraction ? NOT_A_NUMBER : value;
};
