import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { FLAG_LOSS } from "@yardarm/protocol/log/line-flags";
import { encodeLoss } from "@yardarm/protocol/log/loss";
import { CHUNK_LIMITS } from "./log-chunk.ts";

/**
 * What is read in the place of stored lines that turn out to be damaged. A loss record stands at the number of the *last* of them, and
 * the numbers before it are a hole: whoever begins in the middle meets the record too, and a log that is repaired goes on behind them.
 */

export interface DamagedSpan {
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly minTsNs: bigint;
  readonly maxTsNs: bigint;
}

const NS_PER_SECOND = 1_000_000_000n;
/** Stamps beyond it are none: what a row says of itself may be damaged as well. */
const LATEST_NS = 2n ** 62n;

/** What a damaged row says of itself, as far as it can be believed: at least that there was a line. */
export const damagedSpan = ({ firstSeq, endSeq, minTsNs, maxTsNs }: DamagedSpan): DamagedSpan => {
  const isLong = endSeq > firstSeq && endSeq - firstSeq <= CHUNK_LIMITS.lines;
  const isTime = minTsNs >= 0n && minTsNs <= maxTsNs && maxTsNs <= LATEST_NS;
  return {
    ...{ firstSeq, endSeq: isLong ? endSeq : firstSeq + 1 },
    ...(isTime ? { minTsNs, maxTsNs } : { minTsNs: 0n, maxTsNs: 0n }),
  };
};

/** Numbers between two rows that no row has: only damage makes such a hole. `null` where there is none. */
export const holeBetween = (before: DamagedSpan | null, next: DamagedSpan): DamagedSpan | null => {
  if (before === null || next.firstSeq <= before.endSeq) return null;
  const [minTsNs, maxTsNs] =
    before.maxTsNs <= next.minTsNs ? [before.maxTsNs, next.minTsNs] : [next.minTsNs, before.maxTsNs];
  return { firstSeq: before.endSeq, endSeq: next.firstSeq, minTsNs, maxTsNs };
};

/** A batch of one loss record, or `null` where its number is not within the range. */
export const lossBatch = (
  { firstSeq, endSeq, minTsNs, maxTsNs }: DamagedSpan,
  range: { readonly fromSeq: number; readonly endSeq: number },
): Uint8Array<ArrayBuffer> | null => {
  const seq = endSeq - 1;
  if (seq < range.fromSeq || seq >= range.endSeq) return null;
  const text = encodeLoss({
    ...{ reason: "source_error", fromTsNs: minTsNs.toString(), toTsNs: maxTsNs.toString() },
    lines: endSeq - firstSeq,
  });
  const encoder = new BatchEncoder();
  encoder.append(Number(maxTsNs / NS_PER_SECOND), Number(maxTsNs % NS_PER_SECOND), FLAG_LOSS, text, 0, text.length);
  return encoder.finish(seq);
};
