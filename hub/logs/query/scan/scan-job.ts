import type { LogHit } from "@yardarm/protocol/api/logs";
import type { ContainerId } from "@yardarm/protocol/ids";
import type { StoredChunk, UnreadableChunk } from "../../log-chunk.ts";
import type { LineFilter } from "./line-filter.ts";
import type { LineRun } from "./line-run.ts";
import type { LineFormat } from "./line-writer.ts";

/** What a scan makes of the lines that pass; plain data, because scans run in threads. */
export type ScanJob =
  | { readonly kind: "lines"; readonly format: LineFormat }
  /** The same, with what they are merged by; of one container. */
  | { readonly kind: "run"; readonly format: LineFormat }
  /** Takes no chunks: the lines of the runs, which are handed over, in the order of their places. */
  | { readonly kind: "merge"; readonly runs: readonly LineRun[] }
  /** The seqs of the newest `limit` lines that pass, newest first. */
  | { readonly kind: "seqs"; readonly limit: number }
  /** Per container the newest `limit` lines that pass, newest first by seq. */
  | { readonly kind: "hits"; readonly limit: number; readonly before: HitPlace | null; readonly messageBytes: number }
  /** The first line that passes. */
  | { readonly kind: "first" }
  | { readonly kind: "histogram"; readonly fromNs: bigint; readonly bucketNs: bigint; readonly buckets: number };

/** The place of a hit among those of many containers: hits before it in the order are newer and were answered already. */
export interface HitPlace {
  readonly tsNs: bigint;
  /** `null`: before every container's lines of that stamp. */
  readonly containerId: ContainerId | null;
  readonly seq: number;
}

export type ScanHit = Omit<LogHit, "workloadId">;

export interface FoundLine {
  readonly seq: number;
  readonly tsNs: bigint;
}

export type ScanResult =
  | { readonly kind: "lines"; readonly bytes: Uint8Array<ArrayBuffer>; readonly lines: number }
  | { readonly kind: "run"; readonly run: LineRun }
  | { readonly kind: "merge"; readonly bytes: Uint8Array<ArrayBuffer>; readonly lines: number }
  | { readonly kind: "seqs"; readonly seqs: Float64Array<ArrayBuffer> }
  | { readonly kind: "hits"; readonly hits: readonly ScanHit[] }
  | { readonly kind: "first"; readonly line: FoundLine | null }
  /** Counts by level, then bucket: `level * buckets + bucket`. */
  | { readonly kind: "histogram"; readonly counts: Uint32Array<ArrayBuffer> };

export type ScanResultOf<Kind extends ScanJob["kind"]> = Extract<ScanResult, { readonly kind: Kind }>;

/** Chunks as the store walks them. */
export interface ScanRequest {
  readonly filter: LineFilter;
  readonly job: ScanJob;
  readonly chunks: readonly StoredChunk[];
}

export interface ScanAnswer<Result extends ScanResult = ScanResult> {
  readonly result: Result;
  readonly unreadable: readonly UnreadableChunk[];
}
