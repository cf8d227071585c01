/**
 * Cuts the json-file driver's lines into messages, on bytes and without a copy:
 * `{"log":"text\n","stream":"stdout","attrs":{…},"time":"2006-01-02T15:04:05.999999999Z"}`, `attrs` only when asked for.
 * The driver's own form is read in one pass; any other JSON of these fields is parsed as such; all else is damage.
 */
import type { StreamNumber } from "@yardarm/protocol/log/line-flags";
import { LF, startsWith } from "../level/byte-class.ts";
import { StampParser } from "../parse-stamp.ts";
import { JsonText } from "./json-text.ts";

export interface JsonLogSink {
  /** As `MessageReader.message`. */
  message(
    stream: StreamNumber,
    tsSeconds: number,
    tsNanos: number,
    payload: Uint8Array,
    start: number,
    end: number,
  ): void;
  /**
   * - `line`: a line that holds no message, or only a part of one.
   * - `zeros`: bytes that the file system never got to write, or that somebody cut out of the file.
   */
  damage(kind: "line" | "zeros"): void;
}

const HEAD = '{"log":"';
const STREAM = ',"stream":"std';
const OUT = 'out"';
const ERR = 'err"';
const TIME = ',"time":"';
const ATTRS = ',"attrs":';
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_N = 0x6e;
const BRACE_END = 0x7d;
const FIRST_PRINTABLE = 0x20;
const INCOMPLETE = -1;

export class JsonLogParser {
  // fixed
  readonly #sink: JsonLogSink;
  readonly #stamps = new StampParser();
  readonly #text = new JsonText();
  // state
  #isStopped = false;
  #isSkipping = false;
  #isInZeros = false;
  #lineStart = 0;

  constructor(sink: JsonLogSink) {
    this.#sink = sink;
  }

  /** Where the line begins whose message is being delivered, in the bytes that are being parsed. */
  get lineStart(): number {
    return this.#lineStart;
  }

  /** True while the rest of a line that was too long is left out. */
  get isSkipping(): boolean {
    return this.#isSkipping;
  }

  /** Nothing more is delivered, not even of the bytes that are being parsed. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Parses the whole lines of `bytes[start..end)`, which are overwritten. Returns where the first unfinished one begins. */
  feed(bytes: Buffer, start: number, end: number): number {
    let at = this.#isSkipping ? this.#skip(bytes, start, end) : start;
    while (at < end && !this.#isStopped) {
      const next = bytes[at] === 0 ? this.#skipZeros(bytes, at, end) : this.#line(bytes, at, end);
      if (next === INCOMPLETE) break;
      at = next;
    }
    return at;
  }

  /** The unfinished line is longer than any honest one: what comes up to its end is left out. */
  skipLine(): void {
    this.#isSkipping = true;
    this.#sink.damage("line");
  }

  #skip(bytes: Buffer, start: number, end: number): number {
    const lineEnd = lineFeed(bytes, start, end);
    if (lineEnd === INCOMPLETE) return end;
    this.#isSkipping = false;
    return lineEnd + 1;
  }

  /** A run of zeros may be longer than what is read at once, but is one damage. */
  #skipZeros(bytes: Buffer, start: number, end: number): number {
    if (!this.#isInZeros) this.#sink.damage("zeros");
    let at = start;
    while (at < end && bytes[at] === 0) at++;
    this.#isInZeros = at === end;
    return at;
  }

  /** Returns the offset behind the line that begins at `at`. */
  #line(bytes: Buffer, at: number, end: number): number {
    this.#isInZeros = false;
    this.#lineStart = at;
    if (!startsWith(bytes, at, end, HEAD)) return this.#otherLine(bytes, at, end);
    const start = at + HEAD.length;
    let quote = start;
    let byte = 0;
    while (quote < end) {
      byte = bytes[quote] as number;
      if (byte === QUOTE || byte === BACKSLASH || byte < FIRST_PRINTABLE) break;
      quote++;
    }
    let textEnd = quote;
    let hasPlainEnd = false;
    if (byte === BACKSLASH) {
      hasPlainEnd = bytes[quote + 1] === LOWER_N && bytes[quote + 2] === QUOTE && quote + 2 < end;
      if (hasPlainEnd) {
        textEnd = quote + 1;
        quote += 2;
      } else {
        // Decoding overwrites, so the line must be whole.
        if (lineFeed(bytes, quote, end) === INCOMPLETE) return INCOMPLETE;
        if (!this.#text.decode(bytes, quote, end)) return this.#damaged(bytes, quote, end);
        ({ textEnd, quote } = this.#text);
      }
    }
    const next = this.#tail(bytes, quote, end);
    if (next === INCOMPLETE) {
      return textEnd === quote || hasPlainEnd ? this.#otherLine(bytes, at, end) : this.#damaged(bytes, quote, end);
    }
    if (hasPlainEnd) bytes[textEnd - 1] = LF;
    const stream = bytes[quote + 1 + STREAM.length] === 0x6f ? 0 : 1;
    this.#sink.message(stream, this.#stamps.seconds, this.#stamps.nanos, bytes, start, textEnd);
    return next;
  }

  /** Reads what follows the text's closing quote: stream and stamp. Returns the offset behind the line, or −1. */
  #tail(bytes: Buffer, quote: number, end: number): number {
    let at = quote + 1;
    if (!startsWith(bytes, at, end, STREAM)) return INCOMPLETE;
    at += STREAM.length;
    if (!startsWith(bytes, at, end, OUT) && !startsWith(bytes, at, end, ERR)) return INCOMPLETE;
    at += OUT.length;
    if (!startsWith(bytes, at, end, TIME)) {
      at = startsWith(bytes, at, end, ATTRS) ? lastTime(bytes, at, end) : INCOMPLETE;
      if (at === INCOMPLETE) return INCOMPLETE;
    }
    const stampEnd = this.#stamps.parse(bytes, at + TIME.length, end);
    if (stampEnd === -1 || stampEnd + 2 >= end) return INCOMPLETE;
    const isClosed = bytes[stampEnd] === QUOTE && bytes[stampEnd + 1] === BRACE_END && bytes[stampEnd + 2] === LF;
    return isClosed ? stampEnd + 3 : INCOMPLETE;
  }

  /** A line that is not in the driver's own form, or not whole. */
  #otherLine(bytes: Buffer, at: number, end: number): number {
    const lineEnd = lineFeed(bytes, at, end);
    if (lineEnd === INCOMPLETE) return INCOMPLETE;
    const entry = parseEntry(bytes.toString("utf8", at, lineEnd));
    const stamp = Buffer.from(entry?.time ?? "");
    if (entry === null || this.#stamps.parse(stamp, 0, stamp.length) !== stamp.length) {
      return this.#damaged(bytes, at + 1, end);
    }
    const text = Buffer.from(entry.log.toWellFormed());
    this.#sink.message(entry.stream, this.#stamps.seconds, this.#stamps.nanos, text, 0, text.length);
    return lineEnd + 1;
  }

  /** Behind half a line another one may follow: where a text says `{"log":"`, its quotes are escaped. */
  #damaged(bytes: Buffer, from: number, end: number): number {
    const lineEnd = lineFeed(bytes, from, end);
    this.#sink.damage("line");
    const head = bytes.lastIndexOf(HEAD, lineEnd);
    return head >= from && head < lineEnd ? head : lineEnd + 1;
  }
}

const lineFeed = (bytes: Buffer, start: number, end: number): number => {
  const at = bytes.indexOf(LF, start);
  return at === -1 || at >= end ? INCOMPLETE : at;
};

/** Where `,"time":"` of the line begins that goes on at `at`: the time is its last field, whatever the attributes say. */
const lastTime = (bytes: Buffer, at: number, end: number): number => {
  const lineEnd = lineFeed(bytes, at, end);
  if (lineEnd === INCOMPLETE) return INCOMPLETE;
  const time = bytes.lastIndexOf(TIME, lineEnd);
  return time >= at ? time : INCOMPLETE;
};

const parseEntry = (line: string): { log: string; stream: StreamNumber; time: string } | null => {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return null;
    const { log, stream, time } = value as Readonly<Record<string, unknown>>;
    if (typeof log !== "string" || typeof time !== "string") return null;
    return stream === "stdout" || stream === "stderr" ? { log, time, stream: stream === "stdout" ? 0 : 1 } : null;
  } catch {
    return null;
  }
};
