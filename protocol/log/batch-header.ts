/**
 * Header of a log batch, format version 1, little-endian, 48 bytes:
 *
 *   0 u8 formatVersion · 1 u8 codec · 2 u16 levelMask · 4 u32 lineCount · 8 u64 firstSeq · 16 i64 minTsNs · 24 i64 maxTsNs ·
 *   32 u32 rawLength · 36 u32 tsBytes · 40 u32 lengthBytes · 44 u32 reserved (0)
 *
 * A batch fills its slice to the end. The body is compressed as a whole when the codec says so; uncompressed it is
 * `tsBytes` of timestamps, `lineCount` flag bytes, `lengthBytes` of lengths, then the text (`batch.ts`).
 */
import { ProtocolError } from "../errors.ts";
import { LOG_BATCH_LINES, LOG_FRAME_RAW_BYTES, LOG_LINE_BYTES } from "../limits.ts";
import { ALL_LEVELS, type LevelMask } from "./level.ts";
import { MAX_VARINT_BYTES } from "./varint.ts";

export const BATCH_FORMAT_VERSION = 1;
export const BATCH_HEADER_BYTES = 48;
export const CODEC_NONE = 0;
export const CODEC_ZSTD = 1;
/** Largest distance of two stamps in one batch (52 days): with it every delta is exact in a double, zigzag included. */
export const BATCH_SPAN_NS: number = 2 ** 52 - 1;

/** What one batch may hold. Stores that build larger chunks in the same format pass their own. */
export interface BatchLimits {
  /** Uncompressed body: columns and text together. */
  readonly rawBytes: number;
  readonly lines: number;
  /** Text of one line. */
  readonly lineBytes: number;
}

/** Limits of a batch on the wire. */
export const WIRE_BATCH_LIMITS: BatchLimits = {
  rawBytes: LOG_FRAME_RAW_BYTES,
  lines: LOG_BATCH_LINES,
  lineBytes: LOG_LINE_BYTES,
};

export interface BatchHeader {
  readonly codec: typeof CODEC_NONE | typeof CODEC_ZSTD;
  readonly levelMask: LevelMask;
  readonly lineCount: number;
  readonly firstSeq: number;
  /** Lowest and highest stamp of the lines, ns since the epoch. */
  readonly minTsNs: bigint;
  readonly maxTsNs: bigint;
  /** Bytes of the uncompressed body, and of its first and third column. */
  readonly rawLength: number;
  readonly tsBytes: number;
  readonly lengthBytes: number;
}

export const malformed = (reason: string, cause?: unknown): ProtocolError =>
  new ProtocolError("malformed_frame", reason, cause === undefined ? undefined : { cause });

/**
 * Reads and checks the header of the batch that fills `bytes` from `offset` to the end, without opening the body.
 * Everything that a decoder allocates by is within `limits` afterwards. Throws `malformed_frame`.
 */
export const readBatchHeader = (
  bytes: Uint8Array,
  offset = 0,
  limits: BatchLimits = WIRE_BATCH_LIMITS,
): BatchHeader => {
  const bodyLength = bytes.length - offset - BATCH_HEADER_BYTES;
  if (bodyLength < 0) throw malformed("The batch is shorter than its header.");
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, BATCH_HEADER_BYTES);
  const codec = view.getUint8(1);
  if (view.getUint8(0) !== BATCH_FORMAT_VERSION) throw malformed("The batch has an unknown format version.");
  if (codec !== CODEC_NONE && codec !== CODEC_ZSTD) throw malformed("The batch has an unknown codec.");
  const header: BatchHeader = {
    codec,
    levelMask: view.getUint16(2, true),
    lineCount: view.getUint32(4, true),
    firstSeq: view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32,
    minTsNs: view.getBigInt64(16, true),
    maxTsNs: view.getBigInt64(24, true),
    rawLength: view.getUint32(32, true),
    tsBytes: view.getUint32(36, true),
    lengthBytes: view.getUint32(40, true),
  };
  if (view.getUint32(44, true) !== 0) throw malformed("A reserved field is not zero.");
  checkHeader(header, bodyLength, limits);
  return header;
};

const checkHeader = (header: BatchHeader, bodyLength: number, limits: BatchLimits): void => {
  const { codec, levelMask, lineCount, firstSeq, minTsNs, maxTsNs, rawLength, tsBytes, lengthBytes } = header;
  if (lineCount === 0) throw malformed("The batch has no lines.");
  if (lineCount > limits.lines) throw malformed("The batch has more lines than allowed.");
  if (rawLength > limits.rawBytes) throw malformed("The batch is larger than allowed.");
  if (firstSeq + lineCount > Number.MAX_SAFE_INTEGER) throw malformed("The sequence number exceeds 53 bits.");
  if (levelMask === 0 || (levelMask & ~ALL_LEVELS) !== 0) throw malformed("The level mask names unknown levels.");
  if (maxTsNs < minTsNs || maxTsNs - minTsNs > BigInt(BATCH_SPAN_NS)) throw malformed("The time span is impossible.");
  if (tsBytes < lineCount || tsBytes > lineCount * MAX_VARINT_BYTES)
    throw malformed("The timestamp column has no possible size.");
  if (lengthBytes < lineCount || lengthBytes > lineCount * 2 * MAX_VARINT_BYTES)
    throw malformed("The length column has no possible size.");
  if (tsBytes + lineCount + lengthBytes > rawLength) throw malformed("The columns do not fit into the body.");
  // A body that does not shrink is sent as it is, so a compressed one is always the smaller.
  const fits = codec === CODEC_NONE ? bodyLength === rawLength : bodyLength > 0 && bodyLength < rawLength;
  if (!fits) throw malformed("The body does not have the length that the header says.");
};
