/** A line as a number: what two lines that are the same have in common, and others practically never. */

/** 52 bits of stream, stamp (ns since the epoch) and text. */
export const linePrint = (stream: 0 | 1, tsNs: bigint, text: Uint8Array): number => {
  let high = 0x811c9dc5 ^ stream;
  let low = Number(BigInt.asUintN(32, tsNs)) ^ Number(BigInt.asUintN(32, tsNs >> 32n));
  for (const byte of text) {
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x5bd1e995) ^ (low >>> 13);
  }
  high ^= Number(BigInt.asUintN(20, tsNs));
  return ((high ^ (high >>> 15)) & 0xfffff) * 0x1_0000_0000 + (low >>> 0);
};

/** Microseconds since the epoch, exact in a double. */
export const microsOf = (tsNs: bigint): number => Number(tsNs / 1_000n);
