import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { RangeQuery } from "../../relay/log/committed-log.ts";
import type { ChunkRow, RowBody, RowsRequest } from "../chunk-walk.ts";
import type { CommitOutcome } from "../group-commit.ts";
import type { TailQuery } from "../log-store.ts";
import type { PackSpan } from "../pack.ts";
import type { Eviction, LogsSince, RetentionLimits } from "../retention.ts";
import type { RowContent, StoredRow } from "../stored-row.ts";

/** What the log store and its threads say to each other. Large bytes travel by transfer, never by copy. */

export interface PackedCommit {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly firstSeq: number;
  /** JSON. */
  readonly cursor: string;
  readonly packs: readonly PackSpan[];
}

export interface CommitRequest {
  readonly kind: "commit";
  readonly nowMs: number;
  readonly commits: readonly PackedCommit[];
  /** Of all commits; their packs say which part is theirs. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ContainersRequest {
  readonly orgId: OrgId;
  readonly containerIds: readonly ContainerId[];
}

/** Rows of one container in one day's file, and what they are to be replaced by. */
export interface Compaction {
  readonly orgId: OrgId;
  readonly day: string;
  readonly containerRef: number;
  readonly replaced: readonly { readonly ref: number; readonly firstSeq: number; readonly endSeq: number }[];
  readonly rows: readonly StoredRow[];
}

export type ThreadRequest =
  | CommitRequest
  | ({ readonly kind: "cursors" } & ContainersRequest)
  | ({ readonly kind: "since" } & ContainersRequest)
  | { readonly kind: "firstSeq"; readonly orgId: OrgId; readonly containerId: ContainerId }
  | ({ readonly kind: "range" } & RangeQuery)
  | ({ readonly kind: "tail" } & TailQuery)
  | ({ readonly kind: "listRows" } & RowsRequest)
  | { readonly kind: "fetchBodies"; readonly orgId: OrgId; readonly rows: readonly ChunkRow[] }
  | { readonly kind: "forget"; readonly orgId: OrgId; readonly days: readonly string[] }
  /** Reads and merges the next rows that are due; `null` when none are. */
  | { readonly kind: "prepare"; readonly everything: boolean }
  | { readonly kind: "swap"; readonly compaction: Compaction }
  /** Merges rows for a store that fetched them itself. */
  | { readonly kind: "merge"; readonly rows: readonly RowContent[] }
  | { readonly kind: "evict"; readonly nowMs: number; readonly limits: RetentionLimits };

export type RangeRequest = RangeQuery;
export type TailRequest = TailQuery;

/** The answer to each kind of request. */
export interface ThreadAnswers {
  readonly commit: readonly CommitOutcome[];
  readonly cursors: ReadonlyMap<ContainerId, LogCursor>;
  readonly since: ReadonlyMap<ContainerId, LogsSince>;
  readonly firstSeq: number | null;
  readonly range: PackedBatches;
  readonly tail: PackedBatches;
  readonly listRows: readonly (readonly ChunkRow[])[];
  readonly fetchBodies: readonly RowBody[];
  readonly forget: null;
  readonly prepare: Compaction | null;
  readonly swap: boolean;
  readonly merge: readonly StoredRow[];
  readonly evict: Eviction;
}

/** Something in a file that cannot be read: a row of a container, or the rest of a file. */
export type Damage =
  | { readonly orgId: string; readonly containerId: string; readonly firstSeq: number; readonly endSeq: number }
  | { readonly orgId: string; readonly containerId: string | null; readonly file: string };

/** Batches in one piece of bytes, each as `[start, end]`. */
export interface PackedBatches {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly spans: readonly (readonly [number, number])[];
}

export type ThreadReply =
  | { readonly id: number; readonly ok: true; readonly answer: ThreadAnswers[keyof ThreadAnswers] }
  | { readonly id: number; readonly ok: false; readonly error: string }
  | { readonly id: null; readonly damage: Damage };

/** What a thread is started with. */
export interface ThreadData {
  readonly directory: string;
  /** Nobody's lines wait for it: what it does may take as long as others are busy. */
  readonly isBackground?: boolean;
}
