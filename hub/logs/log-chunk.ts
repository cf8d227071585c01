import { zstdDecompressSync } from "node:zlib";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { LOG_LINE_BYTES } from "@yardarm/protocol/limits";
import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  type BatchLimits,
  CODEC_NONE,
  malformed,
  readBatchHeader,
} from "@yardarm/protocol/log/batch-header";
import type { LevelMask } from "@yardarm/protocol/log/level";
import { readPack } from "./pack.ts";
import { openPack, PACK_BATCH, type StoredBody } from "./pack-codec.ts";

/**
 * Reading the store chunk by chunk, for searches and downloads: the store chooses by metadata and hands out compressed bytes,
 * whoever scans opens them in a thread of its own. A chunk is what lies in one row: batches as they came, or one large batch that
 * compaction made of many.
 */

/** Raw bytes of a compacted chunk; more only where a single line needs it. */
export const CHUNK_RAW_BYTES = 1024 * 1024;

/** What a stored batch may hold: what compaction makes, with room for one batch of the wire. */
export const CHUNK_LIMITS: BatchLimits = {
  rawBytes: CHUNK_RAW_BYTES,
  lines: 524_288,
  lineBytes: LOG_LINE_BYTES,
};

export interface ChunkQuery {
  readonly orgId: OrgId;
  readonly containerIds: readonly ContainerId[];
  /**
   * Which end comes first. Within a container strictly by seq; between containers by the stamps of their next chunks, so that
   * a page of a search over many fills evenly.
   */
  readonly order: "newest" | "oldest";
  /** Only chunks that may hold a line stamped at or after this instant, ns. */
  readonly sinceNs?: bigint;
  /** Only chunks that may hold a line stamped before this instant, ns. */
  readonly untilNs?: bigint;
  /** Only chunks that hold a line of one of these levels. */
  readonly levelMask?: LevelMask;
  /** Lines from this seq on, per container; everything where one is missing. */
  readonly fromSeq?: ReadonlyMap<ContainerId, number>;
  /** Lines before this seq (exclusive), per container; everything where one is missing. */
  readonly beforeSeq?: ReadonlyMap<ContainerId, number>;
  /** Opened bytes of chunks that are fetched ahead; a few megabytes where it is missing. */
  readonly aheadBytes?: number;
  /** Ends the iteration, which then throws the signal's reason. Leaving the loop does the same quietly. */
  readonly signal?: AbortSignal;
}

/** What a row says about its chunk without being opened. */
export interface ChunkSpan {
  readonly containerId: ContainerId;
  readonly firstSeq: number;
  /** Behind the last line. */
  readonly endSeq: number;
  readonly minTsNs: bigint;
  readonly maxTsNs: bigint;
  readonly levelMask: LevelMask;
  /** Bytes when it is open: what a budget counts. */
  readonly rawBytes: number;
}

export interface StoredChunk extends ChunkSpan {
  /**
   * The lines that were asked for and not handed out yet, `fromSeq` up to but without `endSeq`: a chunk may hold more, because
   * compaction may have joined rows while they were read. Lines outside MUST be ignored.
   */
  readonly wanted: { readonly fromSeq: number; readonly endSeq: number };
  readonly codec: number;
  /** Compressed; alone in its buffer, so that it can be transferred to a worker. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A chunk, or the range of seqs that a damaged one held: the rest stays readable. The store has reported it. */
export type ChunkRead =
  | { readonly kind: "chunk"; readonly chunk: StoredChunk }
  | ({ readonly kind: "damaged" } & UnreadableChunk);

/** Lines that were stored and cannot be read. */
export type UnreadableChunk = Pick<ChunkSpan, "containerId" | "firstSeq" | "endSeq" | "minTsNs" | "maxTsNs">;

/** What a search needs of the store; `LogStore` has it. */
export interface ChunkStore {
  /**
   * Chunks that may hold what is asked for, chosen by their metadata before their bytes are touched. Holds a few chunks at a time;
   * what is appended after the call may or may not be among them.
   *
   * @throws ProtocolError `storage_unavailable`
   */
  chunks(query: ChunkQuery): AsyncIterable<ChunkRead>;
}

/** One batch of an opened chunk. Its text can be searched before anything else of it is decoded. */
export interface ChunkPart {
  readonly header: BatchHeader;
  /** The text column: all lines without separators. */
  readonly text: Uint8Array;
  /** Decodes the other columns. @throws ProtocolError `malformed_frame` */
  decode(): LogBatch;
  /**
   * Gives the opened bytes back at once, not at some garbage collection: the next chunk is opened into the same memory, which the
   * processor still has at hand. Nothing of the part or its batch may be used afterwards.
   */
  release(): void;
}

/**
 * Decompresses a chunk: its batches, ascending. Pure and synchronous, for use in any thread.
 *
 * @throws Error when the bytes are not what was stored
 */
export const openChunk = (chunk: StoredBody): readonly ChunkPart[] => storedBatches(chunk).map(openPart);

/** The batches in a row's bytes, each whole with its header and perhaps compressed; those of compaction exceed the wire's limits. */
export const storedBatches = (stored: StoredBody): readonly Uint8Array[] =>
  stored.codec === PACK_BATCH ? [stored.body] : readPack(openPack(stored));

/** The output is made in one piece: it fits with a byte to spare, so zlib neither grows nor copies it. */
export const decompressBody = (body: Uint8Array, maxBytes: number): Uint8Array =>
  zstdDecompressSync(body, { maxOutputLength: maxBytes, chunkSize: outputBytes(maxBytes) });

const outputBytes = (maxBytes: number): number => Math.max(MIN_CHUNK_BYTES, maxBytes + 1);

/** Frees what `decompressBody` made. Small ones share their memory with others: they stay. */
const freeBody = ({ buffer }: Uint8Array, maxBytes: number): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === outputBytes(maxBytes)) buffer.transfer(0);
};

/** Less is refused by zlib. */
const MIN_CHUNK_BYTES = 64;

const openPart = (batch: Uint8Array): ChunkPart => {
  const header = readBatchHeader(batch, 0, CHUNK_LIMITS);
  const textStart = header.tsBytes + header.lineCount + header.lengthBytes;
  const stored = batch.subarray(BATCH_HEADER_BYTES);
  if (header.codec === CODEC_NONE) {
    const decode = (): LogBatch => decodeBatch(batch, { limits: CHUNK_LIMITS });
    return { header, text: stored.subarray(textStart), decode, release: () => {} };
  }
  const body = decompressBody(stored, header.rawLength);
  if (body.length !== header.rawLength) throw malformed("The body decompresses to another length.");
  // It is opened already: the decoder is handed what it would make itself.
  const decode = (): LogBatch => decodeBatch(batch, { limits: CHUNK_LIMITS, decompress: () => body });
  return { header, text: body.subarray(textStart), decode, release: () => freeBody(body, header.rawLength) };
};
