import { constants, zstdCompressSync } from "node:zlib";
import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { appendLines } from "@yardarm/protocol/log/batch-slice";
import { CHUNK_LIMITS, decompressBody, openChunk } from "./log-chunk.ts";
import { PACK_BATCH } from "./pack-codec.ts";
import { checksumOf, type RowContent, type StoredRow } from "./stored-row.ts";

/** On log lines it is as small as level 3, and both it and opening its output take half the time. */
const LEVEL = 1;
const compress = (body: Uint8Array): Uint8Array =>
  zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });

/**
 * Compaction: the lines of neighbouring rows as large batches, each decoded and compared with where it came from before it
 * is returned. Usually one row; more where stamps lie too far apart for one batch, or the columns come out a little larger.
 *
 * @throws Error when a row cannot be decoded, or what was written is not what was read
 */
export const mergeRows = (rows: readonly RowContent[]): readonly StoredRow[] => {
  const sources = rows.flatMap((row) => openChunk(row).map((part) => part.decode()));
  const encoder = new BatchEncoder(CHUNK_LIMITS);
  const merged: StoredRow[] = [];
  let firstSeq = sources[0]?.firstSeq ?? 0;
  let endSeq = firstSeq;
  const finish = (): void => {
    if (encoder.lineCount === 0) return;
    merged.push(rowOf(encoder.finish(firstSeq, { compress })));
    firstSeq = endSeq;
  };
  for (const source of sources) {
    if (source.firstSeq !== endSeq) throw new RangeError("The rows do not follow each other.");
    for (let from = 0; from < source.lineCount; ) {
      const next = appendLines(encoder, source, from, source.lineCount);
      endSeq = source.firstSeq + next;
      if (next < source.lineCount) finish();
      from = next;
    }
  }
  finish();
  verifyMerge(merged, sources);
  return merged;
};

const rowOf = (batch: Uint8Array<ArrayBuffer>): StoredRow => {
  const { header } = decodeStored(batch);
  const content: RowContent = {
    firstSeq: header.firstSeq,
    endSeq: header.firstSeq + header.lineCount,
    ...{ minTsNs: header.minTsNs, maxTsNs: header.maxTsNs, levelMask: header.levelMask },
    ...{ codec: PACK_BATCH, rawBytes: header.rawLength, body: batch },
  };
  return { ...content, checksum: checksumOf(content) };
};

const decodeStored = (batch: Uint8Array): LogBatch =>
  decodeBatch(batch, { limits: CHUNK_LIMITS, decompress: decompressBody });

/**
 * Every line of `sources` is in `merged`, once and the same, and nothing else is.
 *
 * @throws Error otherwise, and where `merged` cannot be decoded
 */
export const verifyMerge = (merged: readonly Pick<StoredRow, "body">[], sources: readonly LogBatch[]): void => {
  const written = merged.map((row) => decodeStored(row.body));
  let at = 0;
  let index = 0;
  for (const source of sources) {
    for (let from = 0; from < source.lineCount; ) {
      const batch = written[at];
      if (batch === undefined) throw new Error("Compaction lost lines.");
      const count = Math.min(source.lineCount - from, batch.lineCount - index);
      if (!isSame(source, from, { batch, index, count })) throw new Error("Compaction changed lines.");
      from += count;
      index += count;
      if (index === batch.lineCount) {
        at++;
        index = 0;
      }
    }
  }
  if (at !== written.length) throw new Error("Compaction added lines.");
};

interface Written {
  readonly batch: LogBatch;
  readonly index: number;
  readonly count: number;
}

const isSame = (source: LogBatch, from: number, { batch, index, count }: Written): boolean => {
  if (source.firstSeq + from !== batch.firstSeq + index) return false;
  const texts = (log: LogBatch, first: number): Uint8Array =>
    log.text.subarray(log.textOffsets[first], log.textOffsets[first + count]);
  if (Buffer.compare(texts(source, from), texts(batch, index)) !== 0) return false;
  if (Buffer.compare(source.flags.subarray(from, from + count), batch.flags.subarray(index, index + count)) !== 0) {
    return false;
  }
  const stampShift = Number(source.header.minTsNs - batch.header.minTsNs);
  const textShift = (batch.textOffsets[index] as number) - (source.textOffsets[from] as number);
  for (let line = 0; line < count; line++) {
    const stamp = (source.tsOffsetsNs[from + line] as number) + stampShift;
    if (stamp !== batch.tsOffsetsNs[index + line]) return false;
    if ((source.textOffsets[from + line] as number) + textShift !== batch.textOffsets[index + line]) return false;
    if (source.isTruncated(from + line) && source.originalLength(from + line) !== batch.originalLength(index + line)) {
      return false;
    }
  }
  return true;
};
