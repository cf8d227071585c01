import { crc32 } from "node:zlib";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { readBatchHeader, WIRE_BATCH_LIMITS } from "@yardarm/protocol/log/batch-header";
import { appendLines, type SeqRange } from "@yardarm/protocol/log/batch-slice";
import { type DamagedSpan, lossBatch } from "./damaged-lines.ts";
import { CHUNK_LIMITS, decompressBody, storedBatches } from "./log-chunk.ts";
import { PACK_BATCH } from "./pack-codec.ts";

/** What one row holds, the same on every engine. */
export interface RowContent {
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly minTsNs: bigint;
  readonly maxTsNs: bigint;
  readonly levelMask: number;
  readonly codec: number;
  /** Uncompressed bodies of its batches together. */
  readonly rawBytes: number;
  readonly body: Uint8Array;
}

export interface StoredRow extends RowContent {
  readonly checksum: number;
}

/** CRC-32 of a row: what it says of itself, then its bytes. Rows are small enough for it to find any flipped byte. */
export const checksumOf = (row: RowContent): number => {
  const { firstSeq, endSeq, minTsNs, maxTsNs, levelMask, codec, rawBytes, body } = row;
  return crc32(body, crc32(`${firstSeq} ${endSeq} ${minTsNs} ${maxTsNs} ${levelMask} ${codec} ${rawBytes}`));
};

export const isIntact = (row: StoredRow): boolean => checksumOf(row) === row.checksum;

/** A row as it was read: whole, or only what is known of it. */
export type RowRead =
  | { readonly kind: "intact"; readonly row: StoredRow }
  | { readonly kind: "damaged"; readonly row: DamagedSpan };

/** What a row gives to a reader: its batches, ascending, or one loss record in their place. */
export function* readBatches(read: RowRead, range: SeqRange): Generator<Uint8Array, void, void> {
  if (read.kind === "intact") {
    yield* wireBatches(read.row, range);
    return;
  }
  const loss = lossBatch(read.row, range);
  if (loss !== null) yield loss;
}

/**
 * A row's batches within the limits of the wire, ascending: those that overlap the range as they came, or out of a compacted
 * chunk exactly the lines of the range.
 */
function* wireBatches(row: RowContent, range: SeqRange): Generator<Uint8Array, void, void> {
  for (const batch of storedBatches(row)) {
    if (row.codec === PACK_BATCH) {
      yield* slices(batch, range);
      continue;
    }
    const { firstSeq, lineCount } = readBatchHeader(batch);
    if (firstSeq + lineCount > range.fromSeq && firstSeq < range.endSeq) yield batch;
  }
}

function* slices(stored: Uint8Array, range: SeqRange): Generator<Uint8Array, void, void> {
  const batch = decodeBatch(stored, { limits: CHUNK_LIMITS, decompress: decompressBody });
  const encoder = new BatchEncoder(WIRE_BATCH_LIMITS);
  const end = Math.min(range.endSeq, batch.endSeq) - batch.firstSeq;
  for (let from = Math.max(range.fromSeq, batch.firstSeq) - batch.firstSeq; from < end; ) {
    const next = appendLines(encoder, batch, from, end);
    yield encoder.finish(batch.firstSeq + from);
    from = next;
  }
}
