/** Decoding of log batches. The input may be any bytes: whatever is not canonical is refused as `malformed_frame`. */
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  type BatchLimits,
  CODEC_NONE,
  malformed,
  readBatchHeader,
  WIRE_BATCH_LIMITS,
} from "./batch-header.ts";
import type { Level } from "./level.ts";
import {
  FLAG_CONTINUATION,
  FLAG_LOSS,
  FLAG_TRUNCATED,
  LEGAL_FLAGS,
  levelOfFlags,
  type StreamNumber,
  streamOfFlags,
} from "./line-flags.ts";
import { decodeUtf8 } from "./utf8.ts";
import { unzigzag, VarintReader } from "./varint.ts";

/** Decompresses one zstd body. MUST NOT produce more than `maxBytes` (throw instead), whatever the input claims. */
export type Decompress = (body: Uint8Array, maxBytes: number) => Uint8Array;

export interface DecodeOptions {
  /** Where the batch starts in the bytes; it ends where they end. */
  readonly offset?: number;
  /** Without it a compressed batch is malformed. */
  readonly decompress?: Decompress;
  readonly limits?: BatchLimits;
}

/** Columns of a decoded batch; all have `header.lineCount` entries unless said. */
interface BatchColumns {
  readonly tsOffsetsNs: Float64Array;
  readonly flags: Uint8Array;
  readonly textOffsets: Uint32Array;
  readonly text: Uint8Array;
  readonly originalLengths: ReadonlyMap<number, number>;
}

/**
 * A decoded batch. Lines are addressed by their index, 0 to `lineCount` − 1.
 * `flags` and `text` may be views into the bytes that were decoded: they live as long as those do and must not be written.
 */
export class LogBatch {
  readonly header: BatchHeader;
  /** Stamps as exact distances from `header.minTsNs`, ns. */
  readonly tsOffsetsNs: Float64Array;
  readonly flags: Uint8Array;
  /** Line i is `text` from entry i to entry i + 1; one entry more than lines. */
  readonly textOffsets: Uint32Array;
  /** All text, contiguous and without separators: search it as one buffer. */
  readonly text: Uint8Array;
  readonly #originalLengths: ReadonlyMap<number, number>;
  #stamps: BigInt64Array | undefined;

  constructor(header: BatchHeader, columns: BatchColumns) {
    this.header = header;
    this.tsOffsetsNs = columns.tsOffsetsNs;
    this.flags = columns.flags;
    this.textOffsets = columns.textOffsets;
    this.text = columns.text;
    this.#originalLengths = columns.originalLengths;
  }

  get lineCount(): number {
    return this.header.lineCount;
  }

  get firstSeq(): number {
    return this.header.firstSeq;
  }

  /** The seq behind the last line. */
  get endSeq(): number {
    return this.header.firstSeq + this.header.lineCount;
  }

  /** All stamps, ns since the epoch; built on first use. */
  get stampsNs(): BigInt64Array {
    this.#stamps ??= BigInt64Array.from(this.tsOffsetsNs, (offset) => this.header.minTsNs + BigInt(offset));
    return this.#stamps;
  }

  tsNs(index: number): bigint {
    return this.header.minTsNs + BigInt(this.tsOffsetsNs[index] ?? 0);
  }

  level(index: number): Level {
    return levelOfFlags(this.flags[index] ?? 0);
  }

  stream(index: number): StreamNumber {
    return streamOfFlags(this.flags[index] ?? 0);
  }

  isContinuation(index: number): boolean {
    return ((this.flags[index] ?? 0) & FLAG_CONTINUATION) !== 0;
  }

  isTruncated(index: number): boolean {
    return ((this.flags[index] ?? 0) & FLAG_TRUNCATED) !== 0;
  }

  isLoss(index: number): boolean {
    return ((this.flags[index] ?? 0) & FLAG_LOSS) !== 0;
  }

  /** Bytes that the container wrote for this line: more than the text has when it was cut. */
  originalLength(index: number): number {
    return this.#originalLengths.get(index) ?? (this.textOffsets[index + 1] ?? 0) - (this.textOffsets[index] ?? 0);
  }

  /** The line's text as a view. */
  lineBytes(index: number): Uint8Array {
    return this.text.subarray(this.textOffsets[index], this.textOffsets[index + 1]);
  }

  /** The line's text as a string; bytes that are not UTF-8 become U+FFFD. */
  lineText(index: number): string {
    return decodeUtf8(this.lineBytes(index));
  }

  /** Index of the line that holds the byte at `textOffset` of `text` (a search hit), by binary search. */
  lineAt(textOffset: number): number {
    let low = 0;
    let high = this.lineCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.textOffsets[middle] as number) <= textOffset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Decodes the batch that fills `bytes` from `options.offset` to the end. Throws `malformed_frame`; memory is bounded by the limits. */
export const decodeBatch = (bytes: Uint8Array, options: DecodeOptions = {}): LogBatch => {
  const { offset = 0, limits = WIRE_BATCH_LIMITS } = options;
  const header = readBatchHeader(bytes, offset, limits);
  const stored = bytes.subarray(offset + BATCH_HEADER_BYTES);
  const body = header.codec === CODEC_NONE ? stored : decompressed(stored, header, options.decompress);
  const flagsStart = header.tsBytes;
  const lengthsStart = flagsStart + header.lineCount;
  const textStart = lengthsStart + header.lengthBytes;
  const flags = body.subarray(flagsStart, lengthsStart);
  const text = body.subarray(textStart);
  checkFlags(flags, header.levelMask);
  const originalLengths = new Map<number, number>();
  const lengths = new VarintReader(body, lengthsStart, textStart);
  return new LogBatch(header, {
    tsOffsetsNs: decodeStamps(body, header),
    flags,
    textOffsets: decodeLengths(lengths, {
      flags,
      textBytes: text.length,
      lineBytes: limits.lineBytes,
      originalLengths,
    }),
    text,
    originalLengths,
  });
};

const decompressed = (stored: Uint8Array, header: BatchHeader, decompress: Decompress | undefined): Uint8Array => {
  if (decompress === undefined) throw malformed("The batch is compressed where it must not be.");
  let body: Uint8Array;
  try {
    body = decompress(stored, header.rawLength);
  } catch (error) {
    throw malformed("The body cannot be decompressed.", error);
  }
  if (body.length !== header.rawLength) throw malformed("The body decompresses to another length.");
  return body;
};

const checkFlags = (flags: Uint8Array, levelMask: number): void => {
  let mask = 0;
  let illegal = 0;
  for (let index = 0; index < flags.length; index++) {
    const flag = flags[index] as number;
    illegal |= (LEGAL_FLAGS[flag] as number) ^ 1;
    mask |= 1 << levelOfFlags(flag);
  }
  if (illegal !== 0) throw malformed("A line has flags that do not exist.");
  if (mask !== levelMask) throw malformed("The level mask does not match the lines.");
};

const decodeStamps = (body: Uint8Array, header: BatchHeader): Float64Array => {
  const spanNs = Number(header.maxTsNs - header.minTsNs);
  const reader = new VarintReader(body, 0, header.tsBytes);
  const offsets = new Float64Array(header.lineCount);
  let at = 0;
  let low = spanNs;
  let high = 0;
  for (let index = 0; index < offsets.length; index++) {
    at += unzigzag(reader.next());
    if (at < low) low = at;
    if (at > high) high = at;
    offsets[index] = at;
  }
  if (!reader.isAtEnd) throw malformed("The timestamp column is longer than its lines.");
  if (low !== 0 || high !== spanNs) throw malformed("The time span does not match the lines.");
  return offsets;
};

interface LengthContext {
  readonly flags: Uint8Array;
  readonly textBytes: number;
  readonly lineBytes: number;
  readonly originalLengths: Map<number, number>;
}

const decodeLengths = (reader: VarintReader, context: LengthContext): Uint32Array => {
  const { flags, textBytes, lineBytes, originalLengths } = context;
  const offsets = new Uint32Array(flags.length + 1);
  let at = 0;
  for (let index = 0; index < flags.length; index++) {
    const length = reader.next();
    if (length > lineBytes) throw malformed("A line is longer than allowed.");
    at += length;
    // Checked inside the loop: a sum beyond 32 bits would wrap in the array.
    if (at > textBytes) throw malformed("The lines are longer than the text.");
    offsets[index + 1] = at;
    if (((flags[index] as number) & FLAG_TRUNCATED) !== 0) originalLengths.set(index, reader.next());
  }
  if (!reader.isAtEnd) throw malformed("The length column is longer than its lines.");
  if (at !== textBytes) throw malformed("The text is longer than its lines.");
  return offsets;
};
