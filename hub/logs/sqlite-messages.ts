import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { RangeQuery } from "../relay/committed-log.ts";
import type { CommitOutcome } from "./group-commit.ts";
import type { TailQuery } from "./log-store.ts";
import type { PackSpan } from "./pack.ts";

/** What the log store and its two threads say to each other. Large bytes travel by transfer, never by copy. */

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

export interface CursorsRequest {
  readonly kind: "cursors";
  readonly orgId: OrgId;
  readonly containerIds: readonly ContainerId[];
}

export interface FirstSeqRequest {
  readonly kind: "firstSeq";
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
}

export type RangeRequest = { readonly kind: "range" } & RangeQuery;
export type TailRequest = { readonly kind: "tail" } & TailQuery;

export type ThreadRequest = CommitRequest | CursorsRequest | FirstSeqRequest | RangeRequest | TailRequest;

/** The answer to each kind of request. */
export interface ThreadAnswers {
  readonly commit: readonly CommitOutcome[];
  readonly cursors: ReadonlyMap<ContainerId, string>;
  readonly firstSeq: number | null;
  readonly range: PackedBatches;
  readonly tail: PackedBatches;
}

/** Batches in one piece of bytes, each as `[start, end]`. */
export interface PackedBatches {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly spans: readonly (readonly [number, number])[];
}

export type ThreadReply =
  | { readonly id: number; readonly ok: true; readonly answer: ThreadAnswers[keyof ThreadAnswers] }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** What a thread is started with. */
export interface ThreadData {
  readonly directory: string;
}
