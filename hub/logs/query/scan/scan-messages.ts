import type { ErrorCode } from "@yardarm/protocol/errors";
import type { ScanAnswer, ScanRequest } from "./scan-job.ts";

/** Between the pool and its threads: the thread says `ready` once, then one task at a time, one reply each. */

/** Given to a thread as it starts. */
export interface ThreadLimits {
  /** What one group of chunks may take with an expression. */
  readonly patternMs: number;
}

export interface ThreadTask {
  /** Tasks of one scan have the same filter. */
  readonly scanId: number;
  readonly request: ScanRequest;
}

export type ThreadReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly answer: ScanAnswer }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly stack: string };
