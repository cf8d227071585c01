/** The words by which programs name levels, matched on bytes in any case. */
import { DEBUG, ERROR, FATAL, INFO, type Level, TRACE, UNKNOWN, WARN } from "@yardarm/protocol/log/level";

const NAMES: readonly (readonly [Level, readonly string[]])[] = [
  [TRACE, ["trace", "trc", "trce", "trac", "finer", "finest", "vrb"]],
  [DEBUG, ["debug", "dbg", "dbug", "debu", "fine", "verbose"]],
  [INFO, ["info", "inf", "information", "informational", "notice"]],
  [WARN, ["warn", "warning", "wrn"]],
  [ERROR, ["error", "err", "erro", "severe"]],
  [FATAL, ["fatal", "ftl", "fata", "critical", "crit", "alert", "emerg", "emergency", "panic"]],
];

interface Word {
  readonly letters: Uint8Array;
  readonly level: Level;
}

/** Words by their first letter, a = 0. */
const WORDS: readonly (readonly Word[])[] = Array.from({ length: 26 }, (_, letter) =>
  NAMES.flatMap(([level, names]) =>
    names
      .filter((name) => name.charCodeAt(0) - 0x61 === letter)
      .map((name) => ({ letters: Uint8Array.from(name, (char) => char.charCodeAt(0)), level })),
  ),
);

/** Bit n is set where a word of n letters begins with that letter, in either case: most words are refused by it alone. */
const LENGTHS_BY_BYTE = new Uint32Array(256);
for (const words of WORDS) {
  for (const { letters } of words) {
    const first = letters[0] as number;
    LENGTHS_BY_BYTE[first] = (LENGTHS_BY_BYTE[first] as number) | (1 << letters.length);
    LENGTHS_BY_BYTE[first - 0x20] = LENGTHS_BY_BYTE[first] as number;
  }
}

/** The level that the letters from `start` to `end` name, or `UNKNOWN`. The bytes must be letters. */
export const levelOfWord = (bytes: Uint8Array, start: number, end: number): Level => {
  const length = end - start;
  const first = bytes[start] as number;
  if (length > 31 || ((LENGTHS_BY_BYTE[first] as number) & (1 << length)) === 0) return UNKNOWN;
  const words = WORDS[(first | 0x20) - 0x61] as readonly Word[];
  for (let index = 0; index < words.length; index++) {
    const { letters, level } = words[index] as Word;
    if (letters.length === length && sameLetters(bytes, start, letters)) return level;
  }
  return UNKNOWN;
};

const sameLetters = (bytes: Uint8Array, start: number, letters: Uint8Array): boolean => {
  for (let index = 1; index < letters.length; index++) {
    if (((bytes[start + index] as number) | 0x20) !== letters[index]) return false;
  }
  return true;
};

const LETTERS = new Uint8Array(256);
for (const [letter, level] of Object.entries({ V: TRACE, D: DEBUG, I: INFO, W: WARN, E: ERROR, F: FATAL, C: FATAL })) {
  LETTERS[letter.charCodeAt(0)] = level;
}

/** The level that a capital letter stands for, where the place leaves no doubt that it stands for one. */
export const levelOfLetter = (byte: number): Level => LETTERS[byte] as Level;

/** Severity of syslog (RFC 5424), 0 emergency to 7 debug. */
export const levelOfSyslogSeverity = (severity: number): Level =>
  severity <= 2 ? FATAL : severity === 3 ? ERROR : severity === 4 ? WARN : severity <= 6 ? INFO : DEBUG;

/** Numbers of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal; those between count as the one below. */
export const levelOfPinoNumber = (value: number): Level =>
  value >= 10 && value < 70 ? (Math.floor(value / 10) as Level) : UNKNOWN;

/** Severity number of OpenTelemetry, 1 to 24 in groups of four: trace, debug, info, warn, error, fatal. */
export const levelOfOtelNumber = (value: number): Level =>
  value >= 1 && value <= 24 ? (Math.ceil(value / 4) as Level) : UNKNOWN;

/** Status of an HTTP answer: 5xx error, 4xx warn, else info. */
export const levelOfHttpStatus = (status: number): Level =>
  status >= 500 && status < 600 ? ERROR : status >= 400 ? WARN : status >= 100 ? INFO : UNKNOWN;

const LEVEL_KEYS = ["level", "lvl", "severity", "loglevel", "log_level", "log.level"].map((key) =>
  Uint8Array.from(key, (char) => char.charCodeAt(0)),
);

/** True when the bytes from `start` to `end` are a key under which logfmt lines state their level. */
export const isLevelKey = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (const key of LEVEL_KEYS) {
    if (key.length !== end - start) continue;
    let at = 0;
    while (at < key.length && bytes[start + at] === key[at]) at++;
    if (at === key.length) return true;
  }
  return false;
};
