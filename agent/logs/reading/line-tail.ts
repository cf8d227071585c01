/** The last lines taken from a log: what a cursor remembers, and by which a resume finds its place. */
import { CURSOR_TAIL_LINES, type CursorLine, type LogCursor } from "@yardarm/protocol/log/cursor";
import { hashHex, hashTextInto } from "@yardarm/protocol/log/text-hash";
import { instantFromNs } from "@yardarm/protocol/time";

const NS_PER_SECOND = 1_000_000_000n;

/** ns since the epoch of a stamp held as two Numbers. */
export const stampNs = (seconds: number, nanos: number): bigint => BigInt(seconds) * NS_PER_SECOND + BigInt(nanos);

export class LineTail {
  // Ring of the last lines; `#next` is where the next one goes.
  readonly #seconds = new Float64Array(CURSOR_TAIL_LINES);
  readonly #nanos = new Uint32Array(CURSOR_TAIL_LINES);
  /** Two halves per line. */
  readonly #hashes = new Int32Array(2 * CURSOR_TAIL_LINES);
  #next = 0;
  #count = 0;
  #ordinal = 0;

  /** The tail that a cursor holds; empty for `null`. */
  static of(cursor: LogCursor | null): LineTail {
    const tail = new LineTail();
    if (cursor === null) return tail;
    for (const { tsNs, hash } of cursor.tail) {
      const { seconds, nanos } = instantFromNs(BigInt(tsNs));
      tail.#push(seconds, nanos);
      const at = 2 * tail.#last;
      tail.#hashes[at] = Number.parseInt(hash.slice(0, 8), 16);
      tail.#hashes[at + 1] = Number.parseInt(hash.slice(8), 16);
    }
    tail.#ordinal = cursor.ordinal;
    return tail;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get count(): number {
    return this.#count;
  }

  /** How many lines with the last line's stamp directly precede it. */
  get ordinal(): number {
    return this.#ordinal;
  }

  /** Stamp of the last line. Only when not empty. */
  get lastSeconds(): number {
    return this.#seconds[this.#last] as number;
  }

  get lastNanos(): number {
    return this.#nanos[this.#last] as number;
  }

  /** From the last line's stamp to another one; negative when that is older. Only when not empty. */
  millisecondsTo(seconds: number, nanos: number): number {
    return (seconds - this.lastSeconds) * 1e3 + (nanos - this.lastNanos) / 1e6;
  }

  /** Takes a line's stamp and text. Positional because it runs once per line. */
  take(seconds: number, nanos: number, text: Uint8Array, start: number, end: number): void {
    const isSameStamp = this.#count > 0 && this.lastSeconds === seconds && this.lastNanos === nanos;
    this.#ordinal = isSameStamp ? this.#ordinal + 1 : 0;
    this.#push(seconds, nanos);
    hashTextInto(this.#hashes, 2 * this.#last, text, start, end);
  }

  /** True when the last line here has the same stamp as the other's last line. */
  hasSameStamp(other: LineTail): boolean {
    return this.lastSeconds === other.lastSeconds && this.lastNanos === other.lastNanos;
  }

  /** True when all lines that both remember are equal, by stamp and text. */
  endsLike(other: LineTail): boolean {
    const common = Math.min(this.#count, other.#count);
    for (let back = 0; back < common; back++) {
      const mine = this.#at(back);
      const theirs = other.#at(back);
      if (this.#seconds[mine] !== other.#seconds[theirs] || this.#nanos[mine] !== other.#nanos[theirs]) return false;
      if (this.#hashes[2 * mine] !== other.#hashes[2 * theirs]) return false;
      if (this.#hashes[2 * mine + 1] !== other.#hashes[2 * theirs + 1]) return false;
    }
    return common > 0;
  }

  /** As a cursor holds it, oldest first. */
  toCursorLines(): CursorLine[] {
    const lines: CursorLine[] = [];
    for (let back = this.#count - 1; back >= 0; back--) {
      const at = this.#at(back);
      const tsNs = String(stampNs(this.#seconds[at] as number, this.#nanos[at] as number));
      lines.push({ tsNs, hash: hashHex(this.#hashes[2 * at] as number, this.#hashes[2 * at + 1] as number) });
    }
    return lines;
  }

  get #last(): number {
    return this.#at(0);
  }

  #at(back: number): number {
    return (this.#next - 1 - back + 2 * CURSOR_TAIL_LINES) % CURSOR_TAIL_LINES;
  }

  #push(seconds: number, nanos: number): void {
    this.#seconds[this.#next] = seconds;
    this.#nanos[this.#next] = nanos;
    this.#next = (this.#next + 1) % CURSOR_TAIL_LINES;
    if (this.#count < CURSOR_TAIL_LINES) this.#count++;
  }
}
