import type { ErrorCode } from "@yardarm/protocol/errors";
import type { ScanAnswer, ScanRequest } from "./scan-job.ts";

/** Between the pool and its threads: the thread says `ready` once, then one task at a time, one reply each. */

export interface ThreadTask {
  /** Tasks of one scan have the same filter. */
  readonly scanId: number;
  readonly request: ScanRequest;
}

export type ThreadReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly answer: ScanAnswer }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly stack: string };
