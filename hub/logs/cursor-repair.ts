import { zstdDecompressSync } from "node:zlib";
import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { CURSOR_TAIL_LINES, type CursorLine, type LogCursor } from "@yardarm/protocol/log/cursor";
import { hashText } from "@yardarm/protocol/log/text-hash";

/** Lines that are looked at: loss records are no lines of the source. */
export const REPAIR_LINES = 4 * CURSOR_TAIL_LINES;

/**
 * Makes a cursor again out of the last stored lines, for one that cannot be read or that lies behind them: numbers never
 * go back, and the agent finds its place by the same lines.
 *
 * @param batches the container's last ones, ascending, within the limits of the wire
 * @returns `null` without a line
 */
export const cursorOfLines = (batches: readonly Uint8Array[]): LogCursor | null => {
  const lines: CursorLine[] = [];
  let nextSeq = 0;
  for (const bytes of batches) {
    const batch = open(bytes);
    nextSeq = batch.endSeq;
    for (let index = 0; index < batch.lineCount; index++) {
      if (batch.isLoss(index)) continue;
      lines.push({ tsNs: String(batch.tsNs(index)), hash: hashText(batch.lineBytes(index)) });
    }
  }
  const tail = lines.slice(-CURSOR_TAIL_LINES);
  const last = tail.at(-1);
  if (nextSeq === 0) return null;
  if (last === undefined) return { nextSeq, tsNs: "0", ordinal: 0, tail };
  const others = lines.slice(0, -1);
  const ordinal = others.length - 1 - others.findLastIndex(({ tsNs }) => tsNs !== last.tsNs);
  return { nextSeq, tsNs: last.tsNs, ordinal, tail };
};

const open = (bytes: Uint8Array): LogBatch =>
  decodeBatch(bytes, { decompress: (body, maxOutputLength) => zstdDecompressSync(body, { maxOutputLength }) });
