/** Requests in access logs: `"GET /path HTTP/1.1" 200`, or without quotes at the beginning of a line, `GET /path 200 1.2 ms`. */
import { type Level, UNKNOWN } from "@yardarm/protocol/log/level";
import { BLANK, BYTE_CLASS, isDigit, skipBlanks, startsWith, UPPER } from "./byte-class.ts";
import { levelOfHttpStatus } from "./level-words.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "PROPFIND"];
const QUOTE = 0x22;
/** Longest request that is looked through for its end. */
const REQUEST_BYTES = 4096;

/** The level by the status behind the quoted request that begins at `start` (its quote), or `UNKNOWN` when it is none. */
export const levelOfQuotedRequest = (bytes: Uint8Array, start: number, end: number): Level => {
  // A malformed request is logged as `"-"` or as its raw escaped bytes; its status counts as well.
  const isRequest =
    isMethodAt(bytes, start + 1, end) || startsWith(bytes, start, end, '"-"') || startsWith(bytes, start, end, '"\\x');
  if (!isRequest) return UNKNOWN;
  const limit = Math.min(end, start + REQUEST_BYTES);
  let at = start + 1;
  while (at < limit && bytes[at] !== QUOTE) at += bytes[at] === 0x5c ? 2 : 1;
  return at < limit && isRequestText(bytes, start + 1, at) ? statusAt(bytes, at + 1, end) : UNKNOWN;
};

/** What is quoted names a path or a protocol: `"GET out"` is something that somebody said. */
const isRequestText = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (BYTE_CLASS[bytes[start] ?? 0] !== UPPER) return true;
  const target = bytes[wordEnd(bytes, start, end) + 1];
  return target === 0x2f || target === 0x2a || startsWith(bytes, lastWord(bytes, start, end), end, "HTTP/");
};

const lastWord = (bytes: Uint8Array, start: number, end: number): number => {
  let at = end;
  while (at > start && bytes[at - 1] !== 0x20) at--;
  return at;
};

/** The level by the status behind the bare request that begins at `start`: method, path, perhaps the protocol, status. */
export const levelOfBareRequest = (bytes: Uint8Array, start: number, end: number): Level => {
  if (!isMethodAt(bytes, start, end)) return UNKNOWN;
  let at = skipBlanks(bytes, wordEnd(bytes, start, end), end);
  if (at >= end || bytes[at] !== 0x2f) return UNKNOWN;
  at = wordEnd(bytes, at, end);
  const protocol = skipBlanks(bytes, at, end);
  if (startsWith(bytes, protocol, end, "HTTP/")) at = wordEnd(bytes, protocol, end);
  return statusAt(bytes, at, end);
};

const isMethodAt = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (BYTE_CLASS[bytes[start] ?? 0] !== UPPER) return false;
  for (const method of METHODS) {
    if (startsWith(bytes, start, end - 1, method) && bytes[start + method.length] === 0x20) return true;
  }
  return false;
};

const wordEnd = (bytes: Uint8Array, start: number, end: number): number => {
  const limit = Math.min(end, start + REQUEST_BYTES);
  let at = start;
  while (at < limit && BYTE_CLASS[bytes[at] as number] !== BLANK && bytes[at] !== 0x1b) at++;
  return at;
};

const statusAt = (bytes: Uint8Array, start: number, end: number): Level => {
  const at = skipBlanks(bytes, start, end);
  if (at === start || at + 3 > end) return UNKNOWN;
  if (!isDigit(bytes[at]) || !isDigit(bytes[at + 1]) || !isDigit(bytes[at + 2])) return UNKNOWN;
  if (at + 3 < end && skipBlanks(bytes, at + 3, end) === at + 3) return UNKNOWN;
  const hundreds = (bytes[at] as number) - 0x30;
  return hundreds <= 5 ? levelOfHttpStatus(hundreds * 100) : UNKNOWN;
};
