/** Takes what may not leave the host out of every line, before its level is found, its hash taken and its length cut. */
import { LOG_LINE_BYTES } from "@yardarm/protocol/limits";
import { FLAG_TRUNCATED } from "@yardarm/protocol/log/line-flags";
import type { LineSink } from "./reading/line-joiner.ts";

export interface LineRedaction {
  /** The text that may leave, valid until the next call; `null`: all of it may. `isCut`: the line went on behind `end`. */
  redact(text: Uint8Array, start: number, end: number, isCut: boolean): Uint8Array | null;
}

/** `sink` behind a redaction; `sink` itself where there is none, which then costs nothing. */
export const redacted = (redaction: LineRedaction | null, sink: LineSink): LineSink =>
  redaction === null ? sink : new RedactingSink(redaction, sink);

class RedactingSink implements LineSink {
  readonly #redaction: LineRedaction;
  readonly #sink: LineSink;

  constructor(redaction: LineRedaction, sink: LineSink) {
    this.#redaction = redaction;
    this.#sink = sink;
  }

  line(
    flags: number,
    tsSeconds: number,
    tsNanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    const isCut = (flags & FLAG_TRUNCATED) !== 0;
    const left = this.#redaction.redact(text, start, end, isCut);
    if (left === null) {
      this.#sink.line(flags, tsSeconds, tsNanos, text, start, end, originalLength);
    } else if (left.length <= LOG_LINE_BYTES) {
      this.#sink.line(flags, tsSeconds, tsNanos, left, 0, left.length, originalLength);
    } else {
      // The marks are longer than what they stand for.
      let cut = LOG_LINE_BYTES;
      while (cut > LOG_LINE_BYTES - 4 && ((left[cut] as number) & 0xc0) === 0x80) cut--;
      const length = isCut ? originalLength : left.length;
      this.#sink.line(flags | FLAG_TRUNCATED, tsSeconds, tsNanos, left, 0, cut, length);
    }
  }
}
