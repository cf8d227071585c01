/** One line that is kept for a moment, with a copy of its text: the reader's bytes are written again. */
import type { LineSink } from "./line-joiner.ts";
import { stampNs } from "./line-tail.ts";

type Line = {
  readonly flags: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly text: Uint8Array;
  readonly originalLength: number;
};

export class HeldLine implements LineSink {
  #line: Line | null = null;

  /** Stamp of the line, ns since the epoch; `null` while there is none. */
  get tsNs(): bigint | null {
    return this.#line === null ? null : stampNs(this.#line.seconds, this.#line.nanos);
  }

  /** Takes the place of a line that is held already. */
  line(
    flags: number,
    seconds: number,
    nanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    this.#line = { flags, seconds, nanos, text: new Uint8Array(text.subarray(start, end)), originalLength };
  }

  /** Hands the line over, if there is one, and holds none any more. */
  release(sink: LineSink): void {
    const line = this.#line;
    this.#line = null;
    if (line === null) return;
    const { flags, seconds, nanos, text, originalLength } = line;
    sink.line(flags, seconds, nanos, text, 0, text.length, originalLength);
  }

  clear(): void {
    this.#line = null;
  }
}
