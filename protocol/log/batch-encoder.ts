/** Encoding of log batches (format: `batch-header.ts`). One encoder per container, its buffers are reused from batch to batch. */
import {
  BATCH_FORMAT_VERSION,
  BATCH_HEADER_BYTES,
  BATCH_SPAN_NS,
  type BatchLimits,
  CODEC_NONE,
  CODEC_ZSTD,
  WIRE_BATCH_LIMITS,
} from "./batch-header.ts";
import { FLAG_TRUNCATED, LEGAL_FLAGS, levelOfFlags } from "./line-flags.ts";
import { MAX_VARINT_BYTES, writeVarint, zigzag } from "./varint.ts";

/** Compresses one body with zstd. */
export type Compress = (body: Uint8Array) => Uint8Array;

export interface FinishOptions {
  /** Bytes left free (zero) in front of the batch, so that a frame prefix needs no second copy. */
  readonly prefixBytes?: number;
  /** The batch stays uncompressed when this is missing, or does not make it smaller. */
  readonly compress?: Compress;
}

const NANOS_PER_SECOND = 1e9;
const FIRST_TEXT_BYTES = 4096;
const FIRST_LINES = 64;
/** Below this length a loop copies faster than a view and a call cost. */
const LOOP_COPY_BYTES = 64;

/**
 * Collects lines column by column and writes them out as one batch.
 * Stamps are two Numbers (whole seconds and nanoseconds since the epoch), so that no BigInt is made per line.
 */
export class BatchEncoder {
  // fixed
  readonly #limits: BatchLimits;
  // state: the open batch
  #text: Uint8Array = new Uint8Array(FIRST_TEXT_BYTES);
  #stamps: Uint8Array = new Uint8Array(FIRST_LINES * MAX_VARINT_BYTES);
  #flags: Uint8Array = new Uint8Array(FIRST_LINES);
  #lengths: Uint8Array = new Uint8Array(FIRST_LINES * 2 * MAX_VARINT_BYTES);
  #lineCount = 0;
  #textBytes = 0;
  #stampBytes = 0;
  #lengthBytes = 0;
  #levelMask = 0;
  #originSeconds = 0;
  #originNanos = 0;
  /** Distances from the first line's stamp, ns. */
  #lastNs = 0;
  #minNs = 0;
  #maxNs = 0;

  constructor(limits: BatchLimits = WIRE_BATCH_LIMITS) {
    this.#limits = limits;
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  /** Size of the uncompressed body so far, bytes; the first stamp counts with its longest form. */
  get rawBytes(): number {
    return this.#textBytes + this.#stampBytes + this.#lineCount + this.#lengthBytes + MAX_VARINT_BYTES;
  }

  /**
   * Adds one line: `text` from `start` to `end` (already within the line limit), `flags` as in `line-flags.ts`, and for a
   * truncated line the bytes that it had. Returns false, and adds nothing, when the batch has to be finished first.
   * Throws `RangeError` on arguments that no batch can hold. Positional because it runs once per line.
   */
  append(
    tsSeconds: number,
    tsNanos: number,
    flags: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength = 0,
  ): boolean {
    const length = end - start;
    if (LEGAL_FLAGS[flags] !== 1) throw new RangeError("Illegal line flags.");
    if (length < 0 || end > text.length || length > this.#limits.lineBytes)
      throw new RangeError("Illegal line length.");
    const lineCount = this.#lineCount;
    // Longest possible columns of this line: stamp, flag byte, two lengths.
    if (this.rawBytes + length + 3 * MAX_VARINT_BYTES + 1 > this.#limits.rawBytes) {
      if (lineCount > 0) return false;
      throw new RangeError("One line exceeds the batch limit.");
    }
    if (lineCount === 0) {
      this.#originSeconds = tsSeconds;
      this.#originNanos = tsNanos;
    } else {
      if (lineCount >= this.#limits.lines) return false;
      const atNs = (tsSeconds - this.#originSeconds) * NANOS_PER_SECOND + (tsNanos - this.#originNanos);
      if (!this.#takeStamp(atNs)) return false;
    }
    if (lineCount === this.#flags.length) this.#growLines();
    this.#flags[lineCount] = flags;
    this.#levelMask |= 1 << levelOfFlags(flags);
    this.#lengthBytes = writeVarint(this.#lengths, this.#lengthBytes, length);
    if ((flags & FLAG_TRUNCATED) !== 0)
      this.#lengthBytes = writeVarint(this.#lengths, this.#lengthBytes, originalLength);
    this.#copyText(text, start, end);
    this.#lineCount = lineCount + 1;
    return true;
  }

  /**
   * Writes the batch out, numbered from `firstSeq`, and starts an empty one.
   * Throws `RangeError` when there is no line, or the stamps do not fit into 64 bits (years 1678 to 2261 always do).
   */
  finish(firstSeq: number, options: FinishOptions = {}): Uint8Array<ArrayBuffer> {
    if (this.#lineCount === 0) throw new RangeError("A batch needs a line.");
    if (!(Number.isSafeInteger(firstSeq + this.#lineCount) && firstSeq >= 0)) throw new RangeError("Illegal firstSeq.");
    const { prefixBytes = 0, compress } = options;
    const firstStamp = new Uint8Array(MAX_VARINT_BYTES);
    const firstStampBytes = writeVarint(firstStamp, 0, zigzag(-this.#minNs));
    const tsBytes = firstStampBytes + this.#stampBytes;
    const rawLength = tsBytes + this.#lineCount + this.#lengthBytes + this.#textBytes;
    const bodyStart = prefixBytes + BATCH_HEADER_BYTES;
    let out = new Uint8Array(bodyStart + rawLength);
    let at = bodyStart;
    out.set(firstStamp.subarray(0, firstStampBytes), at);
    at += firstStampBytes;
    out.set(this.#stamps.subarray(0, this.#stampBytes), at);
    at += this.#stampBytes;
    out.set(this.#flags.subarray(0, this.#lineCount), at);
    at += this.#lineCount;
    out.set(this.#lengths.subarray(0, this.#lengthBytes), at);
    at += this.#lengthBytes;
    out.set(this.#text.subarray(0, this.#textBytes), at);

    let codec = CODEC_NONE;
    const packed = compress?.(out.subarray(bodyStart));
    if (packed !== undefined && packed.length < rawLength) {
      codec = CODEC_ZSTD;
      out = new Uint8Array(bodyStart + packed.length);
      out.set(packed, bodyStart);
    }
    const originNs = BigInt(this.#originSeconds) * 1_000_000_000n + BigInt(this.#originNanos);
    const minTsNs = originNs + BigInt(this.#minNs);
    const maxTsNs = originNs + BigInt(this.#maxNs);
    if (BigInt.asIntN(64, minTsNs) !== minTsNs || BigInt.asIntN(64, maxTsNs) !== maxTsNs) {
      throw new RangeError("Stamps beyond 64 bits.");
    }
    const view = new DataView(out.buffer, prefixBytes, BATCH_HEADER_BYTES);
    view.setUint8(0, BATCH_FORMAT_VERSION);
    view.setUint8(1, codec);
    view.setUint16(2, this.#levelMask, true);
    view.setUint32(4, this.#lineCount, true);
    view.setBigUint64(8, BigInt(firstSeq), true);
    view.setBigInt64(16, minTsNs, true);
    view.setBigInt64(24, maxTsNs, true);
    view.setUint32(32, rawLength, true);
    view.setUint32(36, tsBytes, true);
    view.setUint32(40, this.#lengthBytes, true);
    this.#restart();
    return out;
  }

  /** Forgets the lines of the open batch (rewind). */
  clear(): void {
    this.#restart();
  }

  /** `atNs` is the distance from the first stamp. False when the batch would span too much time. */
  #takeStamp(atNs: number): boolean {
    if (atNs < this.#minNs) {
      if (this.#maxNs - atNs > BATCH_SPAN_NS) return false;
      this.#minNs = atNs;
    } else if (atNs > this.#maxNs) {
      if (atNs - this.#minNs > BATCH_SPAN_NS) return false;
      this.#maxNs = atNs;
    }
    if (this.#stampBytes + MAX_VARINT_BYTES > this.#stamps.length) this.#stamps = grown(this.#stamps);
    this.#stampBytes = writeVarint(this.#stamps, this.#stampBytes, zigzag(atNs - this.#lastNs));
    this.#lastNs = atNs;
    return true;
  }

  #copyText(text: Uint8Array, start: number, end: number): void {
    let at = this.#textBytes;
    const after = at + end - start;
    while (after > this.#text.length) this.#text = grown(this.#text);
    if (end - start <= LOOP_COPY_BYTES) {
      const target = this.#text;
      for (let from = start; from < end; from++) target[at++] = text[from] as number;
    } else {
      this.#text.set(text.subarray(start, end), at);
    }
    this.#textBytes = after;
  }

  #growLines(): void {
    this.#flags = grown(this.#flags);
    this.#lengths = grown(this.#lengths);
  }

  #restart(): void {
    // A burst must not keep its memory for ever: with hundreds of containers that would be most of an agent.
    if (this.#text.length > FIRST_TEXT_BYTES && this.#textBytes < this.#text.length / 4) {
      this.#text = new Uint8Array(Math.max(FIRST_TEXT_BYTES, this.#text.length / 2));
    }
    if (this.#flags.length > FIRST_LINES && this.#lineCount < this.#flags.length / 4) {
      const lines = this.#flags.length / 2;
      this.#flags = new Uint8Array(lines);
      this.#lengths = new Uint8Array(lines * 2 * MAX_VARINT_BYTES);
      this.#stamps = new Uint8Array(lines * MAX_VARINT_BYTES);
    }
    this.#lineCount = 0;
    this.#textBytes = 0;
    this.#stampBytes = 0;
    this.#lengthBytes = 0;
    this.#levelMask = 0;
    this.#lastNs = 0;
    this.#minNs = 0;
    this.#maxNs = 0;
  }
}

const grown = (bytes: Uint8Array): Uint8Array => {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
};
