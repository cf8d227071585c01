/**
 * Scans the head of a text line for the level that it states: stamps, numbers, host, logger and thread names, bracketed
 * groups and `key=value` pairs. The first word of a sentence ends the head, because from there on `ERROR` is what the
 * message is about, not what the line is. Whatever stays ambiguous is `UNKNOWN`.
 *
 * Above 300 lines because it is one scan over one state: split, every part would need all of it.
 */
import { DEBUG, ERROR, FATAL, INFO, type Level, UNKNOWN, WARN } from "@yardarm/protocol/log/level";
import {
  BLANK,
  BYTE_CLASS,
  DIGIT,
  ESC,
  isDigit,
  isLetter,
  LOWER,
  OTHER,
  skipBlanks,
  skipEscape,
  startsWith,
  TAB,
  UPPER,
} from "./byte-class.ts";
import { levelOfBareRequest, levelOfQuotedRequest } from "./level-access.ts";
import { GroupReader } from "./level-group.ts";
import { levelOfJson } from "./level-json.ts";
import { isLevelKey, levelOfLetter, levelOfPinoNumber, levelOfWord } from "./level-words.ts";

/** The line belongs to the statement before it and says so (PostgreSQL's `DETAIL:`, `STATEMENT:`). Not a `Level`. */
export const CARRIED = 15;
/** The scan goes on; every other result ends it. */
const GO_ON = -1;

/** Bytes of a line in which its head must end, and the same for a line of `key=value` pairs. */
const HEAD_BYTES = 384;
const PAIRS_BYTES = 4096;
/** Plain lower-case words that a head may have after a stamp: a host, a logger, a user. */
const PLAIN_WORDS = 2;
/** Words in capitals up to this length behind a stamp: time zones, abbreviations. */
const SHORT_CAPITALS = 5;

const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN_PAREN = 0x28;
const COMMA = 0x2c;
const DASH = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const PIPE = 0x7c;
const CLOSE_BRACE = 0x7d;

const tableOf = (text: string): Uint8Array => {
  const table = new Uint8Array(256);
  for (const char of text) table[char.charCodeAt(0)] = 1;
  return table;
};
const ENDS_TOKEN = tableOf(' \t\u001b"([{|');
/** What may stand directly behind a level in capitals. */
const ENDS_LEVEL = tableOf(" \t\u001b!:])|,[>");
const PUNCTUATION = tableOf(",;.!?");
/** What joins the parts of a token: a pair, or a name and a level. */
const IS_JOINT = tableOf("=:.");
/** First letters of ALERT, EMERG, EMERGENCY and PANIC. */
const IS_ALARM = tableOf("AEP");
/** Path, variable or address: the whole token is skipped. */
const STARTS_OPAQUE = tableOf("/$@_~");

/** Names of months and days, three letters packed into 15 bits. */
const IS_CALENDAR = new Uint8Array(1 << 15);
const packed = (first: number, second: number, third: number): number =>
  ((first & 31) << 10) | ((second & 31) << 5) | (third & 31);
for (const name of "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun".split(" ")) {
  IS_CALENDAR[packed(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2))] = 1;
}
const POSTGRES_DETAILS = ["DETAIL:", "HINT:", "STATEMENT:", "CONTEXT:", "QUERY:"];

class HeadScanner {
  readonly #groups = new GroupReader();
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #at = 0;
  #end = 0;
  #limit = 0;
  #tokens = 0;
  #plainWords = 0;
  #hasStamp = false;
  /** Which token was a month; 0 = none. */
  #month = 0;
  /** Tokens of nothing but a stamp or a number. */
  #numbers = 0;
  /** The next word is a host: it follows `Mon dd hh:mm:ss`, as syslog writes. */
  #isHostNext = false;
  #isNpm = false;
  #separator = 0;

  scan(bytes: Uint8Array, start: number, end: number): number {
    this.#bytes = bytes;
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.#limit = Math.min(end, start + HEAD_BYTES);
    this.#tokens = 0;
    this.#plainWords = 0;
    this.#hasStamp = false;
    this.#month = 0;
    this.#numbers = 0;
    this.#isHostNext = false;
    this.#isNpm = false;
    this.#separator = 0;
    while (this.#at < this.#limit) {
      const found = this.#token();
      if (found !== GO_ON) return found;
    }
    return UNKNOWN;
  }

  #token(): number {
    const byte = this.#bytes[this.#at] as number;
    const kind = BYTE_CLASS[byte];
    if (kind === BLANK) {
      this.#at++;
      return GO_ON;
    }
    if (kind === DIGIT) return this.#number();
    if (kind !== OTHER) return this.#word();
    return this.#other(byte);
  }

  #other(byte: number): number {
    if (byte === OPEN_BRACKET || byte === OPEN_PAREN) return this.#group();
    if (byte === OPEN_BRACE) return this.#brace();
    if (byte === QUOTE) return levelOfQuotedRequest(this.#bytes, this.#at, this.#end);
    if (byte === ESC) this.#at = skipEscape(this.#bytes, this.#at, this.#end);
    else if (STARTS_OPAQUE[byte] === 1) this.#skipToken(this.#at);
    else if (byte === LESS) this.#skipAngles();
    else if (byte === 0x27 || byte === 0x60) return UNKNOWN;
    else {
      this.#separator = byte;
      this.#at++;
    }
    return GO_ON;
  }

  /** JSON behind a stamp, or Airflow's `{file.py:12}`. */
  #brace(): number {
    if (!isLetter(this.#byteAt(this.#at + 1))) return levelOfJson(this.#bytes, this.#at, this.#end);
    const end = this.#tokenEnd(this.#at + 1);
    if (this.#byteAt(end - 1) !== CLOSE_BRACE) return UNKNOWN;
    this.#at = end;
    this.#tokens++;
    return GO_ON;
  }

  #skipToken(from: number): void {
    this.#at = this.#tokenEnd(from);
    this.#tokens++;
  }

  #tokenEnd(from: number): number {
    const bytes = this.#bytes;
    const limit = this.#limit;
    let at = from;
    while (at < limit && ENDS_TOKEN[bytes[at] as number] === 0) at++;
    return at;
  }

  #skipAngles(): void {
    let close = this.#at + 1;
    while (close < this.#limit && this.#bytes[close] !== GREATER) close++;
    this.#at = close + 1;
  }

  #number(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    const end = this.#tokenEnd(start);
    if (this.#tokens === 0 && end - start >= 3 && bytes[end - 2] === COLON && isLetter(bytes[end - 1])) {
      return this.#redis(end);
    }
    // `Mon dd hh:mm:ss`, and no year in between.
    const isTime = end - start > 2 && bytes[start + 2] === COLON;
    this.#isHostNext = isTime && this.#month > 0 && this.#tokens === this.#month + 1;
    this.#hasStamp = true;
    this.#numbers++;
    this.#tokens++;
    this.#at = end;
    return GO_ON;
  }

  /** Redis and Valkey: `1:M 01 Jan 2026 03:04:05.678 * Ready`, the mark being one of `.`, `-`, `*` and `#`. */
  #redis(start: number): number {
    let at = start;
    for (let tokens = 0; tokens < 4; tokens++) at = this.#tokenEnd(skipBlanks(this.#bytes, at, this.#limit));
    at = skipBlanks(this.#bytes, at, this.#limit);
    if (this.#byteAt(at + 1) !== SPACE) return UNKNOWN;
    const mark = this.#byteAt(at);
    return mark === 0x23 ? WARN : mark === 0x2a ? INFO : mark === DASH || mark === DOT ? DEBUG : UNKNOWN;
  }

  #group(): number {
    const groups = this.#groups;
    const level = groups.read(this.#bytes, this.#at, this.#limit);
    this.#tokens++;
    if (level !== UNKNOWN) return this.#plainWords === 0 || this.#hasStamp ? level : UNKNOWN;
    if (groups.hasDigit) this.#hasStamp = true;
    this.#at = groups.close < 0 ? this.#at + 1 : groups.close + 1;
    return GO_ON;
  }

  #word(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let hasLower = false;
    const end = this.#end;
    while (at < end) {
      const kind = BYTE_CLASS[bytes[at] as number];
      if (kind === LOWER) hasLower = true;
      else if (kind !== UPPER) break;
      at++;
    }
    this.#tokens++;
    if (this.#isHostNext) {
      this.#isHostNext = false;
      this.#at = this.#tokenEnd(at);
      return GO_ON;
    }
    const level = hasLower ? this.#wordLevel(start, at) : this.#capitalsLevel(start, at);
    return level === GO_ON ? this.#restOfWord(start, at, hasLower) : level;
  }

  /** A word in capitals: a level when what is around it leaves no other reading. */
  #capitalsLevel(start: number, end: number): number {
    const bytes = this.#bytes;
    const next = this.#byteAt(end);
    if (next === SPACE && this.#byteAt(end + 1) === SLASH) {
      const level = levelOfBareRequest(bytes, start, this.#end);
      if (level !== UNKNOWN) return level;
    }
    const isFramed = ENDS_LEVEL[next] === 1 || (next === DASH && this.#byteAt(end + 1) === SPACE);
    if (!isFramed) return GO_ON;
    const level = levelOfWord(bytes, start, end);
    if (level !== UNKNOWN) {
      // ALERT, PANIC and the like open sentences of programs that have no levels at all.
      if (level === FATAL && next !== COLON && IS_ALARM[bytes[start] as number] === 1) return UNKNOWN;
      // "INFO, WARN and ERROR" is a list of words.
      if (next === COMMA && this.#isLevelAt(skipBlanks(bytes, end + 1, this.#limit))) return UNKNOWN;
      const isBelieved = next === COLON || this.#plainWords === 0 || this.#hasStamp || this.#isNpm;
      return isBelieved ? level : UNKNOWN;
    }
    if (startsWith(bytes, start, end, "LOG") && end - start === 3) {
      // PostgreSQL `LOG:`, Nest `LOG [`.
      if (next === COLON || this.#byteAt(skipBlanks(bytes, end, this.#limit)) === OPEN_BRACKET) return INFO;
    }
    if (next === COLON && this.#hasStamp && this.#plainWords === 0) {
      for (const detail of POSTGRES_DETAILS) if (startsWith(bytes, start, this.#end, detail)) return CARRIED;
    }
    return GO_ON;
  }

  #isLevelAt(start: number): boolean {
    let end = start;
    while (end < this.#limit && isLetter(this.#bytes[end])) end++;
    return end > start && levelOfWord(this.#bytes, start, end) !== UNKNOWN;
  }

  /** A word with lower-case letters: a level only at the head's very end, marked as such. */
  #wordLevel(start: number, end: number): number {
    if (this.#plainWords > 0 && !this.#isNpm) return GO_ON;
    const bytes = this.#bytes;
    const level = levelOfWord(bytes, start, end);
    if (level === UNKNOWN) {
      // .NET's console logger shortens "error" to "fail".
      if (end - start === 4 && startsWith(bytes, start, this.#end, "fail: ")) return ERROR;
      if (end - start === 3 && startsWith(bytes, start, end, "npm")) this.#isNpm = true;
      return GO_ON;
    }
    const isStarred = start - 4 >= this.#start && startsWith(bytes, start - 4, end, "*** ");
    if (this.#isNpm || isStarred) return level;
    const behind = this.#byteAt(end) === ESC ? skipBlanks(bytes, end, this.#limit) : end;
    const next = this.#byteAt(behind);
    const afterNext = this.#byteAt(behind + 1);
    if (next === COLON) return BYTE_CLASS[afterNext] === BLANK || afterNext === ESC ? level : GO_ON;
    if (next === TAB && start > this.#start && bytes[start - 1] === TAB) return level;
    const further = skipBlanks(bytes, behind, this.#limit);
    if (this.#byteAt(further) === PIPE) return level;
    // A column of its own behind a stamp: "2026-01-02 03:04:05, Info    CBS".
    if (this.#hasStamp && this.#plainWords === 0 && further > behind + 1 && further < this.#limit) return level;
    const isDashed = this.#byteAt(further) === DASH && this.#byteAt(further + 1) === SPACE;
    if (isDashed && this.#separator === DASH) return level;
    // PHP: "Fatal error: …".
    return level === FATAL && startsWith(bytes, behind, this.#end, " error:") ? level : GO_ON;
  }

  /** Reads on to the end of a token that began with letters, and decides whether it belongs to the head. */
  #restOfWord(start: number, lettersEnd: number, hasLower: boolean): number {
    const bytes = this.#bytes;
    const limit = this.#limit;
    let at = lettersEnd;
    while (at < limit) {
      const byte = bytes[at] as number;
      if (ENDS_TOKEN[byte] === 1) break;
      at++;
      if (IS_JOINT[byte] === 0) continue;
      if (byte === EQUALS) return this.#pair(start, at - 1);
      if (at < limit && BYTE_CLASS[bytes[at] as number] === UPPER) {
        const level = this.#levelBehind(byte, at);
        if (level !== UNKNOWN) return level;
      }
    }
    this.#at = at;
    const rest = at - lettersEnd;
    const last = bytes[at - 1] as number;
    if (last === COLON) {
      this.#plainWords = 0;
      return GO_ON;
    }
    if (rest > 1 || (rest === 1 && PUNCTUATION[last] === 0)) return GO_ON;
    return this.#plainWord(start, lettersEnd, hasLower);
  }

  /** `name:ERROR:`, `channel.ERROR:`: the level in capitals that begins at `start` behind a colon or a dot. */
  #levelBehind(separator: number, start: number): Level {
    const bytes = this.#bytes;
    let end = start;
    while (end < this.#limit && BYTE_CLASS[bytes[end] as number] === UPPER) end++;
    const next = this.#byteAt(end);
    const isFramed = next === COLON || (separator === COLON && BYTE_CLASS[next] === BLANK);
    return isFramed ? levelOfWord(bytes, start, end) : UNKNOWN;
  }

  #plainWord(start: number, end: number, hasLower: boolean): number {
    const bytes = this.#bytes;
    const length = end - start;
    const isCapitalised = BYTE_CLASS[bytes[start] as number] === UPPER;
    if (length === 1 && isCapitalised) {
      // Android: `01-02 03:04:05.678  1702  2395 D WindowManager: …`.
      const isBehindNumbers = this.#numbers >= 4 && this.#tokens === this.#numbers + 1;
      const level = isBehindNumbers ? levelOfLetter(bytes[start] as number) : UNKNOWN;
      return level === UNKNOWN ? GO_ON : level;
    }
    if (length === 3 && isCapitalised && hasLower) {
      const code = packed(bytes[start] as number, bytes[start + 1] as number, bytes[start + 2] as number);
      if (IS_CALENDAR[code] === 1) {
        this.#month = this.#tokens;
        return GO_ON;
      }
    }
    if (this.#isSetOff()) return GO_ON;
    if (isCapitalised && hasLower) return UNKNOWN;
    if (!hasLower && length <= SHORT_CAPITALS && (this.#hasStamp || startsWith(bytes, start, end, "PHP"))) return GO_ON;
    this.#plainWords++;
    return this.#plainWords > PLAIN_WORDS ? UNKNOWN : GO_ON;
  }

  /** The word that ends at `#at` is a name: a bracket follows directly, or ` | `, or ` - `. */
  #isSetOff(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    if (at >= this.#limit) return false;
    if (bytes[at] === OPEN_BRACKET || bytes[at] === OPEN_PAREN) return true;
    while (at < this.#limit && BYTE_CLASS[bytes[at] as number] === BLANK) at++;
    if (at >= this.#limit) return false;
    return bytes[at] === PIPE || (bytes[at] === DASH && this.#byteAt(at + 1) === SPACE);
  }

  /** A `key=value` pair whose `=` is at `equals`. */
  #pair(keyStart: number, equals: number): number {
    // Behind words it is part of what they say.
    if (this.#plainWords > 0) return UNKNOWN;
    const bytes = this.#bytes;
    this.#limit = Math.min(this.#end, this.#start + PAIRS_BYTES);
    const isQuoted = this.#byteAt(equals + 1) === QUOTE;
    const start = isQuoted ? equals + 2 : equals + 1;
    if (isLevelKey(bytes, keyStart, equals)) {
      const level = this.#pairLevel(start);
      if (level !== UNKNOWN) return level;
    }
    let at = start;
    if (isQuoted) {
      while (at < this.#limit && bytes[at] !== QUOTE) at += bytes[at] === 0x5c ? 2 : 1;
      at++;
    } else {
      while (at < this.#limit && BYTE_CLASS[bytes[at] as number] !== BLANK) at++;
    }
    this.#at = at;
    return GO_ON;
  }

  #pairLevel(start: number): Level {
    const bytes = this.#bytes;
    let end = start;
    while (end < this.#limit && isLetter(bytes[end])) end++;
    if (end > start) return levelOfWord(bytes, start, end);
    const tens = this.#byteAt(start);
    const ones = this.#byteAt(start + 1);
    if (!isDigit(tens) || !isDigit(ones) || isDigit(this.#byteAt(start + 2))) return UNKNOWN;
    return levelOfPinoNumber((tens - 0x30) * 10 + ones - 0x30);
  }

  /** The byte at `at`, a space behind the line's end. */
  #byteAt(at: number): number {
    return at < this.#end ? (this.#bytes[at] as number) : SPACE;
  }
}

const scanner = new HeadScanner();

/** The level of the text from `start` (no blank) to `end`, or `CARRIED`. Allocates nothing. */
export const scanHead = (bytes: Uint8Array, start: number, end: number): Level | typeof CARRIED =>
  scanner.scan(bytes, start, end) as Level | typeof CARRIED;
