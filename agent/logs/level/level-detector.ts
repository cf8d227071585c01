/** The level that a line states, found on its bytes without allocating. */
import { ERROR, FATAL, INFO, type Level, UNKNOWN, WARN } from "@yardarm/protocol/log/level";
import { isDigit, skipBlanks } from "./byte-class.ts";
import { CARRIED, scanHead } from "./level-head.ts";
import { levelOfJson } from "./level-json.ts";
import { levelOfSyslogSeverity } from "./level-words.ts";

const SPACE = 0x20;
/** Blanks and colours in front of a line that are skipped. */
const INDENT_BYTES = 1024;

/**
 * The level of the line from `start` to `end`: JSON, syslog priorities, klog, access logs, logfmt, and words in the head of a text
 * line. `UNKNOWN` when it states none or might mean something else; `CARRIED` when it says that it belongs to the line before.
 */
export const findLevel = (bytes: Uint8Array, start: number, end: number): Level | typeof CARRIED => {
  const at = skipBlanks(bytes, start, Math.min(end, start + INDENT_BYTES));
  if (at >= end) return UNKNOWN;
  const first = bytes[at];
  if (first === 0x7b) return levelOfJson(bytes, at, end);
  const level = first === 0x3c ? levelOfPriority(bytes, at, end) : levelOfKlog(bytes, at, end);
  return level === UNKNOWN ? scanHead(bytes, at, end) : level;
};

/** `findLevel` without its remark on lines that carry another's level. */
export const detectLevel = (bytes: Uint8Array, start: number, end: number): Level => {
  const level = findLevel(bytes, start, end);
  return level === CARRIED ? UNKNOWN : level;
};

/** `<n>` of syslog and the kernel: n = facility × 8 + severity, at most 191. */
const levelOfPriority = (bytes: Uint8Array, start: number, end: number): Level => {
  let at = start + 1;
  let value = 0;
  while (at < end && at < start + 4 && isDigit(bytes[at])) value = value * 10 + (bytes[at++] as number) - 0x30;
  if (at === start + 1 || at >= end || bytes[at] !== 0x3e || value > 191) return UNKNOWN;
  return levelOfSyslogSeverity(value & 7);
};

/** klog and glog: `I0102 15:04:05.000000`, or with the year, `I20260102 15:04:05.000000`. */
const levelOfKlog = (bytes: Uint8Array, start: number, end: number): Level => {
  let at = start + 1;
  while (at < end && at < start + 10 && isDigit(bytes[at])) at++;
  const digits = at - start - 1;
  if ((digits !== 4 && digits !== 8) || at + 3 >= end) return UNKNOWN;
  if (bytes[at] !== SPACE || !isDigit(bytes[at + 1]) || !isDigit(bytes[at + 2]) || bytes[at + 3] !== 0x3a)
    return UNKNOWN;
  const letter = bytes[start];
  return letter === 0x49 ? INFO : letter === 0x57 ? WARN : letter === 0x45 ? ERROR : letter === 0x46 ? FATAL : UNKNOWN;
};
