/**
 * A fast 64-bit hash of a line's bytes, by which a cursor recognises lines. Two 32-bit multiply-and-rotate lanes over
 * mixed words of four bytes, both finished over the length. Not cryptographic: whoever may write a container's log may collide it,
 * and gains nothing but a rewind of that log.
 */
const LANE_A = 0x9e37_79b1;
const LANE_B = 0x85eb_ca77;
const MIX_A = 0x7feb_352d;
const MIX_B = 0x846c_a68b;

/** Writes the hash of `bytes` from `start` to `end` as two int32 into `target` at `at` and `at + 1`. Allocates nothing. */
export const hashTextInto = (target: Int32Array, at: number, bytes: Uint8Array, start: number, end: number): void => {
  let a = LANE_A | 0;
  let b = LANE_B | 0;
  let from = start;
  let word = 0;
  for (const words = end - 3; from < words; from += 4) {
    word =
      (bytes[from] as number) |
      ((bytes[from + 1] as number) << 8) |
      ((bytes[from + 2] as number) << 16) |
      ((bytes[from + 3] as number) << 24);
    word = Math.imul(word, MIX_A);
    word ^= word >>> 15;
    a = Math.imul((a << 13) | (a >>> 19), LANE_A) + word;
    b = Math.imul(((b << 17) | (b >>> 15)) ^ word, LANE_B);
  }
  for (word = 0; from < end; from++) word = (word << 8) | (bytes[from] as number);
  word = Math.imul(word, MIX_A);
  word ^= word >>> 15;
  a = Math.imul((a << 13) | (a >>> 19), LANE_A) + word;
  b = Math.imul(((b << 17) | (b >>> 15)) ^ word, LANE_B);
  const length = end - start;
  target[at] = mix(a ^ length);
  target[at + 1] = mix(b + length);
};

const mix = (value: number): number => {
  let mixed = Math.imul(value ^ (value >>> 16), MIX_A);
  mixed = Math.imul(mixed ^ (mixed >>> 15), MIX_B);
  return mixed ^ (mixed >>> 16);
};

const hex32 = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");

/** The two halves as 16 lower-case hex digits. */
export const hashHex = (high: number, low: number): string => hex32(high) + hex32(low);

/** The hash of `bytes` from `start` to `end` as 16 lower-case hex digits. */
export const hashText = (bytes: Uint8Array, start = 0, end: number = bytes.length): string => {
  const halves = new Int32Array(2);
  hashTextInto(halves, 0, bytes, start, end);
  return hashHex(halves[0] as number, halves[1] as number);
};
