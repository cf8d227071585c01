/**
 * A page of the engine's own log, agent → hub: the common prefix with the request's number in place of an alias, u8 how
 * the page ends towards older lines, then one batch, or nothing. Its seqs count from 0 and mean nothing but the order.
 */
import { BATCH_HEADER_BYTES, malformed } from "./batch-header.ts";
import { FRAME_LOG_PAGE, FRAME_PREFIX_BYTES, parseFramePrefix, writeFramePrefix } from "./frame.ts";

/** Lines in one page of the engine's own log, at most. */
export const HOST_PAGE_LINES = 5_000;
/** Text of one page, bytes: together with its columns it fits one log frame. */
export const HOST_PAGE_BYTES: number = 384 * 1024;

/**
 * What lies before a page: `more` older lines (perhaps), nothing, because the log `begins` there; or there is no page:
 * the engine's log no longer reaches back this far (`gone`), the host's owner does not allow it (`denied`), another
 * page is being read (`busy`), the order was not what it must be (`refused`), the engine could not be read in time (`failed`).
 */
export const PAGE_ENDS = ["more", "begins", "gone", "denied", "busy", "refused", "failed"] as const;
export type PageEnd = (typeof PAGE_ENDS)[number];

/** Where the batch begins. */
export const PAGE_PREFIX_BYTES: number = FRAME_PREFIX_BYTES + 1;

export interface PageFrame {
  readonly request: number;
  readonly end: PageEnd;
  /** `null`: no lines. */
  readonly batch: Uint8Array | null;
}

/** Fills in the prefix of a frame whose first `PAGE_PREFIX_BYTES` were left free. */
export const writePagePrefix = (frame: Uint8Array, request: number, end: PageEnd): void => {
  writeFramePrefix(frame, FRAME_LOG_PAGE, request);
  frame[FRAME_PREFIX_BYTES] = PAGE_ENDS.indexOf(end);
};

/** Throws `malformed_frame`. */
export const parsePageFrame = (frame: Uint8Array): PageFrame => {
  const { kind, alias: request } = parseFramePrefix(frame);
  const end = PAGE_ENDS[frame[FRAME_PREFIX_BYTES] ?? PAGE_ENDS.length];
  if (kind !== FRAME_LOG_PAGE || end === undefined) throw malformed("The frame is no page.");
  const batch = frame.subarray(PAGE_PREFIX_BYTES);
  if (batch.length > 0 && batch.length < BATCH_HEADER_BYTES) throw malformed("The page's batch is too short.");
  return { request, end, batch: batch.length === 0 ? null : batch };
};
