/** The public NDJSON form of log lines, one JSON object and a line feed each. */
import { rfc3339FromNs } from "../time.ts";
import type { LogBatch } from "./batch.ts";
import { levelName } from "./level.ts";
import { STREAM_NAMES } from "./line-flags.ts";
import { parseLoss } from "./loss.ts";

/**
 * Line `index` of `batch`: `{"seq","ts","stream","level","message"}`, for a line that was cut also `originalBytes`;
 * for a loss record `{"seq","loss":{"reason","fromTs","toTs","lines"}}`. Throws `malformed_frame` on an unreadable loss record.
 */
export const ndjsonLine = (batch: LogBatch, index: number): string => {
  const seq = batch.firstSeq + index;
  if (batch.isLoss(index)) {
    const { reason, fromTsNs, toTsNs, lines } = parseLoss(batch.lineBytes(index));
    const fromTs = rfc3339FromNs(BigInt(fromTsNs));
    return `${JSON.stringify({ seq, loss: { reason, fromTs, toTs: rfc3339FromNs(BigInt(toTsNs)), lines: lines ?? null } })}\n`;
  }
  const line = {
    seq,
    ts: rfc3339FromNs(batch.tsNs(index)),
    stream: STREAM_NAMES[batch.stream(index)],
    level: levelName(batch.level(index)),
    message: batch.lineText(index),
    ...(batch.isTruncated(index) ? { originalBytes: batch.originalLength(index) } : {}),
  };
  return `${JSON.stringify(line)}\n`;
};
