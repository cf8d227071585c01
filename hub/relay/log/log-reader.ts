import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import type { CommittedLog } from "./committed-log.ts";
import type { LogEntry } from "./log-entry.ts";
import { frameOf, trimFrame, unpackFrame } from "./log-frame.ts";
import type { LogStream } from "./log-stream.ts";

/** A piece of a container's log. No frames: the lines up to `endSeq` cannot be had. */
export interface LogPiece {
  /** Uncompressed, ascending, trimmed to what was asked, without a hole. */
  readonly frames: readonly Uint8Array[];
  readonly endSeq: number;
}

export interface PieceQuery {
  readonly fromSeq: number;
  /** Exclusive; beyond `stream.deliveredSeq` nothing is read. */
  readonly toSeq: number;
  readonly maxBytes: number;
}

/**
 * Reads on at `fromSeq`: from the ring where it reaches back that far, from the store otherwise. Between the two there is
 * no hole, because the ring gives up only what is committed.
 */
export const readPiece = async (log: CommittedLog, stream: LogStream, query: PieceQuery): Promise<LogPiece> => {
  const toSeq = Math.min(query.toSeq, stream.deliveredSeq);
  if (query.fromSeq >= toSeq) return { frames: [], endSeq: query.fromSeq };
  if (query.fromSeq >= stream.ring.firstSeq) return readRing(stream, { ...query, toSeq });
  return readStore(log, stream, { ...query, toSeq: Math.min(toSeq, stream.ring.firstSeq) });
};

const readRing = async (stream: LogStream, query: PieceQuery): Promise<LogPiece> => {
  // Taken at once: the ring may give entries up while one of them is being decompressed.
  const entries: LogEntry[] = [];
  let bytes = 0;
  for (const entry of stream.ring.from(query.fromSeq)) {
    if (entry.firstSeq >= query.toSeq || bytes >= query.maxBytes) break;
    entries.push(entry);
    bytes += entry.bytes;
  }
  const piece = new PieceBuilder(query);
  for (const entry of entries) {
    const frame = entry.plain ?? (await opened(stream, entry));
    if (!piece.add(frame, entry.firstSeq, entry.endSeq)) break;
  }
  return piece.finish();
};

const opened = async (stream: LogStream, entry: LogEntry): Promise<Uint8Array | null> => {
  const frame = await entry.unpack().catch(() => null);
  stream.ring.recount(entry);
  return frame;
};

const readStore = async (log: CommittedLog, stream: LogStream, query: PieceQuery): Promise<LogPiece> => {
  const { orgId, containerId, alias } = stream;
  const batches = await log.readRange({ ...query, orgId, containerId });
  const piece = new PieceBuilder(query);
  for (const batch of batches) {
    const { firstSeq, lineCount } = readBatchHeader(batch);
    const frame = await unpackFrame(frameOf(alias, batch)).catch(() => null);
    if (!piece.add(frame, firstSeq, firstSeq + lineCount)) break;
  }
  return batches.length === 0 ? { frames: [], endSeq: query.toSeq } : piece.finish();
};

class PieceBuilder {
  readonly #query: PieceQuery;
  readonly #frames: Uint8Array[] = [];
  #endSeq: number;

  constructor(query: PieceQuery) {
    this.#query = query;
    this.#endSeq = query.fromSeq;
  }

  /** `frame` is `null` when its lines cannot be read. False when nothing more fits without a hole. */
  add(frame: Uint8Array | null, firstSeq: number, endSeq: number): boolean {
    if (endSeq <= this.#endSeq) return true;
    const trimmed = firstSeq > this.#endSeq ? null : this.#trim(frame);
    if (trimmed !== null) {
      this.#frames.push(trimmed);
      this.#endSeq = Math.min(endSeq, this.#query.toSeq);
      return this.#endSeq < this.#query.toSeq;
    }
    // A hole. What came before it goes out first; otherwise the hole itself is the answer.
    if (this.#frames.length === 0)
      this.#endSeq = Math.min(firstSeq > this.#endSeq ? firstSeq : endSeq, this.#query.toSeq);
    return false;
  }

  finish(): LogPiece {
    return { frames: this.#frames, endSeq: this.#endSeq };
  }

  #trim(frame: Uint8Array | null): Uint8Array | null {
    if (frame === null) return null;
    try {
      return trimFrame(frame, { fromSeq: this.#endSeq, endSeq: this.#query.toSeq });
    } catch {
      return null;
    }
  }
}
