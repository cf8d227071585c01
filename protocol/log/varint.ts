/**
 * Unsigned LEB128 varints and zigzag on doubles, exact up to 2^53 − 1.
 * Values below 2^31 take a path of int32 operations; larger ones use division, because bit operators would cut them.
 */
import { ProtocolError } from "../errors.ts";

/** Bytes of the longest varint that is ever written: 53 bits in groups of seven. */
export const MAX_VARINT_BYTES = 8;
const INT31 = 0x8000_0000;

/** Writes `value` (an integer from 0 to 2^53 − 1) at `offset` and returns the offset behind it. Room is the caller's duty. */
export const writeVarint = (target: Uint8Array, offset: number, value: number): number => {
  let at = offset;
  let rest = value;
  while (rest >= INT31) {
    target[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  let small = rest | 0;
  while (small > 0x7f) {
    target[at++] = (small & 0x7f) | 0x80;
    small >>>= 7;
  }
  target[at++] = small;
  return at;
};

/** Maps a signed integer with |value| < 2^52 to an unsigned one, small magnitudes first: 0, −1, 1, −2, … */
export const zigzag = (value: number): number => (value >= 0 ? value * 2 : value * -2 - 1);

/** The inverse of `zigzag`, for 0 to 2^53 − 1. */
export const unzigzag = (value: number): number =>
  value < INT31 ? (value >>> 1) ^ -(value & 1) : value % 2 === 0 ? value / 2 : -(value + 1) / 2;

/** Reads varints one after the other from a slice that is not trusted. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** True when every byte of the slice has been read. */
  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  /** The next value; throws `malformed_frame` when it is cut off, longer than needed, or beyond 2^53 − 1. */
  next(): number {
    if (this.#at >= this.#end) throw new ProtocolError("malformed_frame", "A column ends before its last value.");
    const first = this.#bytes[this.#at++] as number;
    return first < 0x80 ? first : this.#continue(first & 0x7f);
  }

  #continue(low: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let value = low;
    let scale = 128;
    for (let read = 1; read < MAX_VARINT_BYTES; read++) {
      if (this.#at >= end) throw new ProtocolError("malformed_frame", "A column ends inside a value.");
      const byte = bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0) throw new ProtocolError("malformed_frame", "A value is written longer than needed.");
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new ProtocolError("malformed_frame", "A value exceeds 53 bits.");
  }
}
