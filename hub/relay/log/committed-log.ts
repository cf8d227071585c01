import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";

/** Batches of one container and the cursor that covers them: one transaction. */
export interface LogCommit {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  /** Where the commit starts. Without batches it equals `cursor.nextSeq`. */
  readonly firstSeq: number;
  /** Whole batches with their headers (`log/batch-header.ts`), ascending, without a hole. */
  readonly batches: readonly Uint8Array[];
  /** `nextSeq` is where the batches end. */
  readonly cursor: LogCursor;
}

export interface RangeQuery {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly fromSeq: number;
  /** Exclusive. */
  readonly toSeq: number;
  /** Stored bytes after which reading stops; the first batch comes whatever its size. */
  readonly maxBytes: number;
}

/** What the relay needs of the log store. */
export interface CommittedLog {
  /**
   * Stores a commit; durable against the death of this process when it resolves. Commits of one container are applied in
   * the order of the calls. MUST be atomic, and MUST be a no-op when it is the last one stored, so that a commit whose
   * outcome is not known can be repeated.
   *
   * @throws ProtocolError `conflict` when it neither starts where the stored log ends nor is the last one stored;
   *   `storage_unavailable` when it may or may not have been stored
   */
  append(commit: LogCommit): Promise<void>;
  /** The committed cursors of these containers; one that never committed anything is missing. */
  cursors(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogCursor>>;
  /** Batches that overlap the range, ascending and not trimmed; the first may begin behind `fromSeq` where lines are gone. */
  readRange(query: RangeQuery): Promise<readonly Uint8Array[]>;
  /** The oldest line that is stored, or `null`. */
  firstSeq(orgId: OrgId, containerId: ContainerId): Promise<number | null>;
}
