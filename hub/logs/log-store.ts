import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { CommittedLog } from "../relay/committed-log.ts";

export interface TailQuery {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly lines: number;
  /** Stored bytes after which reading back stops; the newest batch comes whatever its size. */
  readonly maxBytes: number;
}

/**
 * Every log line that the hub keeps, as the batches in which it came, and per container the cursor up to which it is
 * committed. `CommittedLog` says what an append promises.
 */
export interface LogStore extends CommittedLog {
  /** The newest batches that together hold at least `lines` lines, ascending and not trimmed. */
  readTail(query: TailQuery): Promise<readonly Uint8Array[]>;
  /** Writes what waits, then lets go of everything. */
  close(): Promise<void>;
}
