import type { ContainerId } from "@yardarm/protocol/ids";
import type { LogBatch } from "@yardarm/protocol/log/batch";
import { isInMask, LEVEL_NAMES, levelName, UNKNOWN } from "@yardarm/protocol/log/level";
import { STREAM_NAMES } from "@yardarm/protocol/log/line-flags";
import { encodeUtf8 } from "@yardarm/protocol/log/utf8";
import { type ChunkPart, openChunk, type StoredChunk, type UnreadableChunk } from "../../log-chunk.ts";
import { columnTest, type LineFilter, mayBeInTime, mayHaveLevel } from "./line-filter.ts";
import type { LineMatcher } from "./line-matcher.ts";
import { joinedBytes, type LineRun, mergeRuns } from "./line-run.ts";
import { messageOf, writeLines } from "./line-writer.ts";
import type { HitPlace, ScanAnswer, ScanHit, ScanJob, ScanRequest, ScanResult } from "./scan-job.ts";

/** Lines of one batch that pass, as ascending indexes. */
interface Selection {
  readonly chunk: StoredChunk;
  readonly batch: LogBatch;
  readonly indexes: readonly number[];
}

/**
 * Opens chunks and does the job with the lines that pass. Synchronous, for a thread of its own. A chunk that cannot be opened
 * is reported and the rest goes on.
 *
 * @throws ProtocolError `pattern_too_costly` when the matcher's time is over
 */
export const scanChunks = ({ filter, job, chunks }: ScanRequest, matcher: LineMatcher | null): ScanAnswer => {
  if (job.kind === "merge") return { result: { kind: "merge", ...mergeRuns(job.runs) }, unreadable: [] };
  const sink = openSink(job);
  const unreadable: UnreadableChunk[] = [];
  for (const chunk of chunks) {
    const parts = partsOf(chunk, sink.isNewestFirst, unreadable);
    for (const part of parts) {
      if (sink.isFull(chunk)) break;
      if (!overlaps(part, chunk) || !mayBeInTime(filter, part.header)) continue;
      const mayPass = mayHaveLevel(filter, part.header) && (matcher === null || matcher.mayMatch(part.text));
      if (!mayPass && !(sink.takesLosses && mayHoldLosses(part))) continue;
      const batch = decoded(part, chunk, unreadable);
      if (batch === null) continue;
      const indexes = select({ filter, matcher, batch, chunk, losses: sink.takesLosses });
      if (indexes.length > 0) sink.take({ chunk, batch, indexes });
    }
    for (const part of parts) part.release();
  }
  return { result: sink.finish(), unreadable };
};

const partsOf = (chunk: StoredChunk, isNewestFirst: boolean, unreadable: UnreadableChunk[]): readonly ChunkPart[] => {
  try {
    const parts = openChunk(chunk);
    return isNewestFirst ? parts.toReversed() : parts;
  } catch {
    const { containerId, wanted, minTsNs, maxTsNs } = chunk;
    unreadable.push({ containerId, firstSeq: wanted.fromSeq, endSeq: wanted.endSeq, minTsNs, maxTsNs });
    return [];
  }
};

const overlaps = ({ header }: ChunkPart, { wanted }: StoredChunk): boolean =>
  header.firstSeq < wanted.endSeq && header.firstSeq + header.lineCount > wanted.fromSeq;

/** How the text of every loss record begins; they count as lines without a level. */
const LOSS_TEXT = encodeUtf8('{"reason":"');

const mayHoldLosses = ({ header, text }: ChunkPart): boolean =>
  isInMask(header.levelMask, UNKNOWN) && Buffer.from(text.buffer, text.byteOffset, text.length).indexOf(LOSS_TEXT) >= 0;

const decoded = (
  part: ChunkPart,
  { containerId, wanted }: StoredChunk,
  unreadable: UnreadableChunk[],
): LogBatch | null => {
  try {
    return part.decode();
  } catch {
    const { firstSeq, lineCount, minTsNs, maxTsNs } = part.header;
    const endSeq = Math.min(firstSeq + lineCount, wanted.endSeq);
    unreadable.push({ containerId, firstSeq: Math.max(firstSeq, wanted.fromSeq), endSeq, minTsNs, maxTsNs });
    return null;
  }
};

const select = (options: {
  readonly filter: LineFilter;
  readonly matcher: LineMatcher | null;
  readonly batch: LogBatch;
  readonly chunk: StoredChunk;
  readonly losses: boolean;
}): readonly number[] => {
  const { filter, matcher, batch, chunk, losses } = options;
  const passes = columnTest(filter, batch, { losses });
  const from = Math.max(chunk.wanted.fromSeq - batch.firstSeq, 0);
  const end = Math.min(chunk.wanted.endSeq - batch.firstSeq, batch.lineCount);
  if (matcher !== null) {
    const isWanted = (index: number): boolean => index >= from && index < end && passes(index) && !batch.isLoss(index);
    const matched = matcher.matchLines(batch).filter(isWanted);
    return losses ? withLosses(matched, batch, { from, end, passes }) : matched;
  }
  const indexes: number[] = [];
  for (let index = from; index < end; index++) if (passes(index)) indexes.push(index);
  return indexes;
};

/** What is missing is said also to somebody who searches: the line could have been among it. */
const withLosses = (
  matched: readonly number[],
  batch: LogBatch,
  { from, end, passes }: { readonly from: number; readonly end: number; readonly passes: (index: number) => boolean },
): readonly number[] => {
  const losses: number[] = [];
  for (let index = from; index < end; index++) if (batch.isLoss(index) && passes(index)) losses.push(index);
  return losses.length === 0 ? matched : [...matched, ...losses].sort((a, b) => a - b);
};

/** Takes what passes, batch by batch in the order of the job. What it keeps it copies: a chunk is released when it is done. */
interface Sink {
  readonly isNewestFirst: boolean;
  readonly takesLosses: boolean;
  /** True when nothing more of the chunk's container is wanted. */
  isFull(chunk: StoredChunk): boolean;
  take(selection: Selection): void;
  finish(): ScanResult;
}

const openSink = (job: Exclude<ScanJob, { kind: "merge" }>): Sink => {
  switch (job.kind) {
    case "lines":
      return linesSink(job);
    case "run":
      return runSink(job);
    case "seqs":
      return seqsSink(job);
    case "hits":
      return hitsSink(job);
    case "first":
      return firstSink();
    case "histogram":
      return histogramSink(job);
  }
};

const linesSink = ({ format }: Extract<ScanJob, { kind: "lines" }>): Sink => {
  const pieces: Uint8Array[] = [];
  let lines = 0;
  return {
    isNewestFirst: false,
    takesLosses: true,
    isFull: () => false,
    take: ({ batch, indexes }) => {
      pieces.push(writeLines(batch, indexes, format));
      lines += indexes.length;
    },
    finish: () => ({ kind: "lines", bytes: joinedBytes(pieces), lines }),
  };
};

const runSink = ({ format }: Extract<ScanJob, { kind: "run" }>): Sink => {
  const pieces: Uint8Array[] = [];
  const ends: number[] = [];
  const placesNs: bigint[] = [];
  let size = 0;
  const finish = (): LineRun => ({
    bytes: joinedBytes(pieces),
    ends: Uint32Array.from(ends),
    placesNs: BigInt64Array.from(placesNs),
  });
  return {
    isNewestFirst: false,
    takesLosses: true,
    isFull: () => false,
    take: ({ batch, indexes }) => {
      const from = ends.length;
      const piece = writeLines(batch, indexes, format, ends);
      for (let at = from; at < ends.length; at++) ends[at] = (ends[at] as number) + size;
      size += piece.length;
      pieces.push(piece);
      let placeNs = placesNs.at(-1) ?? null;
      for (const index of indexes) {
        const tsNs = batch.tsNs(index);
        placeNs = placeNs === null || tsNs > placeNs ? tsNs : placeNs;
        placesNs.push(placeNs);
      }
    },
    finish: () => ({ kind: "run", run: finish() }),
  };
};

const seqsSink = ({ limit }: Extract<ScanJob, { kind: "seqs" }>): Sink => {
  const seqs: number[] = [];
  return {
    isNewestFirst: true,
    takesLosses: false,
    isFull: () => seqs.length >= limit,
    take: ({ batch, indexes }) => {
      for (let at = indexes.length - 1; at >= 0 && seqs.length < limit; at--) {
        seqs.push(batch.firstSeq + (indexes[at] as number));
      }
    },
    finish: () => ({ kind: "seqs", seqs: Float64Array.from(seqs) }),
  };
};

const hitsSink = ({ limit, before, messageBytes }: Extract<ScanJob, { kind: "hits" }>): Sink => {
  const hits: ScanHit[] = [];
  /** The limit holds per container: those of one say nothing about how new another's are. */
  const found = new Map<ContainerId, number>();
  const room = ({ containerId }: StoredChunk): number => limit - (found.get(containerId) ?? 0);
  return {
    isNewestFirst: true,
    takesLosses: false,
    isFull: (chunk) => room(chunk) <= 0,
    take: ({ chunk, batch, indexes }) => {
      let left = room(chunk);
      for (let at = indexes.length - 1; at >= 0 && left > 0; at--) {
        const index = indexes[at] as number;
        if (before !== null && !isBehind(before, { chunk, batch, index })) continue;
        hits.push(hitOf({ chunk, batch, index, messageBytes }));
        left -= 1;
      }
      found.set(chunk.containerId, limit - left);
    },
    finish: () => ({ kind: "hits", hits }),
  };
};

interface Line {
  readonly chunk: StoredChunk;
  readonly batch: LogBatch;
  readonly index: number;
}

/** True for a line that comes after `place` in the order: newest stamp, then highest container, then highest seq first. */
const isBehind = (place: HitPlace, { chunk, batch, index }: Line): boolean => {
  const tsNs = batch.tsNs(index);
  if (tsNs !== place.tsNs) return tsNs < place.tsNs;
  if (place.containerId === null) return true;
  if (chunk.containerId !== place.containerId) return chunk.containerId < place.containerId;
  return batch.firstSeq + index < place.seq;
};

const hitOf = ({ chunk, batch, index, messageBytes }: Line & { readonly messageBytes: number }): ScanHit => {
  const bytes = batch.lineBytes(index);
  const isCut = bytes.length > messageBytes || batch.isTruncated(index);
  return {
    containerId: chunk.containerId,
    seq: batch.firstSeq + index,
    tsNs: batch.tsNs(index).toString(),
    stream: STREAM_NAMES[batch.stream(index)],
    level: levelName(batch.level(index)),
    message: messageOf(bytes.subarray(0, messageBytes)),
    ...(isCut ? { truncated: true as const } : {}),
  };
};

const firstSink = (): Sink => {
  let line: { readonly seq: number; readonly tsNs: bigint } | null = null;
  return {
    isNewestFirst: false,
    takesLosses: false,
    isFull: () => line !== null,
    take: ({ batch, indexes }) => {
      const [index] = indexes;
      if (index !== undefined) line = { seq: batch.firstSeq + index, tsNs: batch.tsNs(index) };
    },
    finish: () => ({ kind: "first", line }),
  };
};

const histogramSink = ({ fromNs, bucketNs, buckets }: Extract<ScanJob, { kind: "histogram" }>): Sink => {
  const counts = new Uint32Array(LEVEL_NAMES.length * buckets);
  const width = Number(bucketNs);
  return {
    isNewestFirst: true,
    takesLosses: false,
    isFull: () => false,
    take: ({ batch, indexes }) => {
      // Whole buckets in integers, the rest within one batch in doubles: exact, and without a BigInt per line.
      const distance = batch.header.minTsNs - fromNs;
      const firstBucket = distance / bucketNs;
      const rest = Number(distance - firstBucket * bucketNs);
      for (const index of indexes) {
        const bucket = Number(firstBucket) + Math.floor((rest + (batch.tsOffsetsNs[index] as number)) / width);
        if (bucket < 0 || bucket >= buckets) continue;
        const at = batch.level(index) * buckets + bucket;
        counts[at] = (counts[at] as number) + 1;
      }
    },
    finish: () => ({ kind: "histogram", counts }),
  };
};
