/** Cutting and joining batches line by line: backfill, clients, compaction. */
import { instantFromNs } from "../time.ts";
import type { LogBatch } from "./batch.ts";
import { BatchEncoder, type FinishOptions } from "./batch-encoder.ts";

const NANOS_PER_SECOND = 1e9;

/** Sequence numbers from `fromSeq` up to, but without, `endSeq`. */
export interface SeqRange {
  readonly fromSeq: number;
  readonly endSeq: number;
}

/**
 * Appends the lines `fromIndex` up to, but without, `endIndex` of `batch` to an encoder.
 * Returns the index of the first line that did not fit any more, or `endIndex`.
 */
export const appendLines = (encoder: BatchEncoder, batch: LogBatch, fromIndex: number, endIndex: number): number => {
  const base = instantFromNs(batch.header.minTsNs);
  const { flags, text, textOffsets, tsOffsetsNs } = batch;
  for (let index = fromIndex; index < endIndex; index++) {
    const nanos = base.nanos + (tsOffsetsNs[index] as number);
    const seconds = Math.floor(nanos / NANOS_PER_SECOND);
    const start = textOffsets[index] as number;
    const end = textOffsets[index + 1] as number;
    const stamp = base.seconds + seconds;
    const rest = nanos - seconds * NANOS_PER_SECOND;
    const originalLength = batch.originalLength(index);
    if (!encoder.append(stamp, rest, flags[index] as number, text, start, end, originalLength)) return index;
  }
  return endIndex;
};

/** The lines of `batch` that are in `range`, as a batch of their own; `undefined` when there are none. */
export const sliceBatch = (
  batch: LogBatch,
  range: SeqRange,
  options: FinishOptions = {},
): Uint8Array<ArrayBuffer> | undefined => {
  const from = Math.max(range.fromSeq, batch.firstSeq) - batch.firstSeq;
  const end = Math.min(range.endSeq, batch.endSeq) - batch.firstSeq;
  if (from >= end) return undefined;
  // Limits of the batch itself, with room for the encoder's pessimistic estimate of its columns.
  const rawBytes = batch.header.rawLength + SLICE_SLACK_BYTES;
  const encoder = new BatchEncoder({ rawBytes, lines: batch.lineCount, lineBytes: batch.text.length });
  appendLines(encoder, batch, from, end);
  return encoder.finish(batch.firstSeq + from, options);
};

/** More than the encoder ever reserves ahead for one line. */
const SLICE_SLACK_BYTES = 64;
