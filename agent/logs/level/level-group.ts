/** Bracketed groups in the head of a line: `[error]`, `[core:error]`, `[2026-01-02T03:04:05Z INFO  app]`, `[main]`. */
import { INFO, type Level, UNKNOWN } from "@yardarm/protocol/log/level";
import {
  BLANK,
  BYTE_CLASS,
  DIGIT,
  ESC,
  LOWER,
  OTHER,
  skipBlanks,
  skipEscape,
  startsWith,
  UPPER,
} from "./byte-class.ts";
import { levelOfLetter, levelOfWord } from "./level-words.ts";

/** Longest group that is looked into. */
const GROUP_BYTES = 128;
const COLON = 0x3a;
/** What may stand around a level in capitals; an `m` before it ends a colour. */
const OPENS_LEVEL = new Uint8Array(256);
for (const char of " \t[(:|m") OPENS_LEVEL[char.charCodeAt(0)] = 1;
const CLOSES_LEVEL = new Uint8Array(256);
for (const char of " \t\u001b])/:,|") CLOSES_LEVEL[char.charCodeAt(0)] = 1;

/**
 * Reads the groups of a line, one after the other. A group states a level by its only word or the part behind its last
 * colon, in any case, or by one of its words in capitals.
 */
export class GroupReader {
  /** Of the last group read without a level: offset of its closing bracket, −1 when that is too far away. */
  close = -1;
  hasDigit = false;

  /** The level of the group that begins at `open`. Nested pairs of the same bracket belong to it. */
  read(bytes: Uint8Array, open: number, end: number): Level {
    const opening = bytes[open];
    const closing = opening === 0x28 ? 0x29 : 0x5d;
    const limit = Math.min(end, open + GROUP_BYTES);
    let depth = 1;
    let hasDigit = false;
    const first = skipBlanks(bytes, open + 1, limit);
    let at = open + 1;
    this.close = -1;
    while (at < limit) {
      const byte = bytes[at] as number;
      if (byte === ESC) {
        at = skipEscape(bytes, at, limit);
        continue;
      }
      const kind = BYTE_CLASS[byte];
      if (kind === LOWER || kind === UPPER) {
        const start = at;
        let hasLower = kind === LOWER;
        for (at++; at < limit; at++) {
          const next = BYTE_CLASS[bytes[at] as number];
          if (next === LOWER) hasLower = true;
          else if (next !== UPPER) break;
        }
        const level = levelOfWord(bytes, start, at);
        if (level !== UNKNOWN && standsAlone(bytes, { first, start, end: at, limit, closing, hasLower })) return level;
        if (start === first && at === start + 1 && isStampBehind(bytes, at, limit)) return levelOfLetter(byte);
        // MySQL and MariaDB.
        if (
          start === open + 1 &&
          (startsWith(bytes, start, limit, "Note]") || startsWith(bytes, start, limit, "System]"))
        ) {
          return INFO;
        }
        continue;
      }
      at++;
      if (kind === DIGIT) hasDigit = true;
      else if (kind === OTHER) {
        if (byte === opening) depth++;
        else if (byte === closing && --depth === 0) {
          this.close = at - 1;
          break;
        }
      }
    }
    this.hasDigit = hasDigit;
    return UNKNOWN;
  }
}

/** Tornado and Jupyter: `[I 2026-01-02 03:04:05.678 App]`. */
const isStampBehind = (bytes: Uint8Array, at: number, limit: number): boolean =>
  at + 1 < limit && BYTE_CLASS[bytes[at] as number] === BLANK && BYTE_CLASS[bytes[at + 1] as number] === DIGIT;

interface GroupWord {
  /** Offset of the first word, behind blanks and colours. */
  readonly first: number;
  readonly start: number;
  readonly end: number;
  readonly limit: number;
  readonly closing: number;
  readonly hasLower: boolean;
}

/** Runs for words that name a level only. */
const standsAlone = (bytes: Uint8Array, word: GroupWord): boolean => {
  const behind = skipBlanks(bytes, word.end, word.limit);
  if (behind >= word.limit) return false;
  const isAlone = word.start === word.first || bytes[word.start - 1] === COLON;
  if (bytes[behind] === word.closing && isAlone) return true;
  if (word.hasLower) return false;
  return OPENS_LEVEL[bytes[word.start - 1] as number] === 1 && CLOSES_LEVEL[bytes[word.end] as number] === 1;
};
