import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { CommittedLog } from "../relay/log/committed-log.ts";
import type { ChunkStore } from "./log-chunk.ts";
import type { Eviction, LogsSinceMap, RetentionLimits } from "./retention.ts";

export interface TailQuery {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly lines: number;
  /** Stored bytes after which reading back stops; the newest batch comes whatever its size. */
  readonly maxBytes: number;
}

export interface CompactionOptions {
  /** Also rows that may still get neighbours: before a measurement, or when nothing else is to do. */
  readonly everything?: boolean;
}

/** Something stored that cannot be read; the rest is. */
export interface LogDamage {
  readonly orgId: string;
  /** `null` when a whole file is concerned. */
  readonly containerId: string | null;
  /** A sentence for the operator. */
  readonly what: string;
}

/**
 * Every log line that the hub keeps, as the batches in which it came, and per container the cursor up to which it is
 * committed. `CommittedLog` says what an append promises.
 */
export interface LogStore extends CommittedLog, ChunkStore {
  /** True while more is to be committed than one group takes: what can wait should. */
  readonly isSaturated: boolean;
  /** Bytes of all batches committed since the store was opened, as they came. */
  readonly committedBytes: number;
  /** The newest batches that together hold at least `lines` lines, ascending; those that came in are not trimmed. */
  readTail(query: TailQuery): Promise<readonly Uint8Array[]>;
  /** From where on lines are kept, and what took the ones before; a container without a single stored line is missing. */
  since(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<LogsSinceMap>;
  /**
   * Joins the next rows that are due into a chunk, verified before it takes their place; false when nothing is due. Readers see the
   * same lines before, meanwhile and afterwards.
   */
  compactNext(options?: CompactionOptions): Promise<boolean>;
  /** One bounded step of retention: the oldest lines beyond the limits go. The caller repeats it while more is due. */
  evict(limits: RetentionLimits): Promise<Eviction>;
  /** Writes what waits, then lets go of everything. */
  close(): Promise<void>;
}
