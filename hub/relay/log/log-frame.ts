import { promisify } from "node:util";
import { constants, zstdDecompress, zstdDecompressSync } from "node:zlib";
import { ProtocolError } from "@yardarm/protocol/errors";
import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { BATCH_HEADER_BYTES, CODEC_NONE, readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { type SeqRange, sliceBatch } from "@yardarm/protocol/log/batch-slice";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";

/**
 * Log frames as the relay handles them: prefix and batch in one piece of bytes (`log/frame.ts`), which never change once
 * made, because every viewer is sent the same ones.
 */

/** Bounds what a hostile frame can make the decompressor allocate, beside its output: a window of 8 MiB. */
const WINDOW_LOG_MAX = 23;
const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX };
const decompressAsync = promisify(zstdDecompress);

/** The batch inside a frame. */
export const batchOf = (frame: Uint8Array): Uint8Array => frame.subarray(FRAME_PREFIX_BYTES);

/** A frame around a batch. */
export const frameOf = (alias: number, batch: Uint8Array): Uint8Array => {
  const frame = new Uint8Array(FRAME_PREFIX_BYTES + batch.length);
  writeFramePrefix(frame, FRAME_LOG_BATCH, alias);
  frame.set(batch, FRAME_PREFIX_BYTES);
  return frame;
};

/** The same frame with an uncompressed batch. @throws ProtocolError `malformed_frame` when it does not decompress */
export const unpackFrame = async (frame: Uint8Array): Promise<Uint8Array> => {
  const { codec, rawLength } = readBatchHeader(frame, FRAME_PREFIX_BYTES);
  if (codec === CODEC_NONE) return frame;
  const bodyStart = FRAME_PREFIX_BYTES + BATCH_HEADER_BYTES;
  let body: Uint8Array;
  try {
    body = await decompressAsync(frame.subarray(bodyStart), { maxOutputLength: rawLength, params });
  } catch (cause) {
    throw new ProtocolError("malformed_frame", "The body cannot be decompressed.", { cause });
  }
  if (body.length !== rawLength) throw new ProtocolError("malformed_frame", "The body has another length.");
  const plain = new Uint8Array(bodyStart + body.length);
  plain.set(frame.subarray(0, bodyStart));
  plain[FRAME_PREFIX_BYTES + 1] = CODEC_NONE;
  plain.set(body, bodyStart);
  return plain;
};

/** The decoded batch of a frame, compressed or not. @throws ProtocolError `malformed_frame` */
export const decodeFrame = (frame: Uint8Array): LogBatch =>
  decodeBatch(frame, {
    offset: FRAME_PREFIX_BYTES,
    decompress: (body, maxBytes) => zstdDecompressSync(body, { maxOutputLength: maxBytes, params }),
  });

/** An uncompressed frame cut to a range that overlaps it; the same bytes when the range covers it. */
export const trimFrame = (frame: Uint8Array, range: SeqRange): Uint8Array => {
  const { firstSeq, lineCount } = readBatchHeader(frame, FRAME_PREFIX_BYTES);
  if (range.fromSeq <= firstSeq && range.endSeq >= firstSeq + lineCount) return frame;
  const cut = sliceBatch(decodeFrame(frame), range, { prefixBytes: FRAME_PREFIX_BYTES });
  if (cut === undefined) throw new RangeError("The range does not overlap the frame.");
  cut.set(frame.subarray(0, FRAME_PREFIX_BYTES));
  return cut;
};

/** Bytes of the caller's own: a small view would keep the whole buffer alive that the socket read into. */
export const ownBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength * 2 >= bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
