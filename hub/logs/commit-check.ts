import { ProtocolError } from "@yardarm/protocol/errors";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { decodeLogCursor, type LogCursor } from "@yardarm/protocol/log/cursor";
import type { LogCommit } from "../relay/log/committed-log.ts";

/** What a store needs to know of a batch, read from its header. */
export interface BatchSpan {
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly minTsNs: bigint;
  readonly maxTsNs: bigint;
  readonly levelMask: number;
  /** Size of its uncompressed body. */
  readonly rawBytes: number;
  readonly isCompressed: boolean;
}

/**
 * The spans of a commit's batches.
 *
 * @throws RangeError when they have a hole or do not end at the cursor: the caller is wrong, not the peer
 */
export const spansOf = (commit: LogCommit): readonly BatchSpan[] => {
  let nextSeq = commit.firstSeq;
  const spans = commit.batches.map((batch) => {
    const { firstSeq, lineCount, minTsNs, maxTsNs, levelMask, codec, rawLength } = readBatchHeader(batch);
    if (firstSeq !== nextSeq) throw new RangeError("The batches of a commit do not follow each other.");
    nextSeq = firstSeq + lineCount;
    return { firstSeq, endSeq: nextSeq, minTsNs, maxTsNs, levelMask, rawBytes: rawLength, isCompressed: codec !== 0 };
  });
  if (nextSeq !== commit.cursor.nextSeq) throw new RangeError("The cursor does not cover the batches of its commit.");
  return spans;
};

/** A stored cursor; `null` when its text is none any more. */
export const parseCursor = (text: string): LogCursor | null => {
  try {
    return decodeLogCursor(JSON.parse(text));
  } catch {
    return null;
  }
};

/**
 * What to do with a commit, given the cursor that is stored, both as JSON text: write it; nothing, because it is the last
 * one that was written and its writer did not learn so; or refuse it, because somebody else numbers this container.
 */
export const judgeCommit = (
  stored: string | null,
  commit: { readonly firstSeq: number; readonly cursor: string },
): "write" | "stored" | "conflict" => {
  const storedSeq = stored === null ? 0 : parseCursor(stored)?.nextSeq;
  if (commit.firstSeq === storedSeq) return "write";
  return commit.cursor === stored ? "stored" : "conflict";
};

export const conflict = (): ProtocolError =>
  new ProtocolError("conflict", "The stored log does not end where the commit starts.");
