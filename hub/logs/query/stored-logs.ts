import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { ChunkQuery, ChunkRead } from "../log-chunk.ts";
import type { LogsSince } from "../retention.ts";

/** What reading needs of the log store. */
export interface StoredLogs {
  chunks(query: ChunkQuery): AsyncIterable<ChunkRead>;
  /** Containers without a stored line are missing. */
  since(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogsSince>>;
  cursors(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogCursor>>;
}
