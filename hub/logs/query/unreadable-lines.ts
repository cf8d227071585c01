import { rfc3339FromNs } from "@yardarm/protocol/time";
import type { UnreadableChunk } from "../log-chunk.ts";
import type { LineFormat, LinePiece } from "./scan/line-writer.ts";

/** Stored, and damaged or missing since: said where the lines would be, under the number of the last. */
export const unreadablePiece = (
  { firstSeq, endSeq, minTsNs, maxTsNs }: UnreadableChunk,
  { kind, prefix, extraFields }: LineFormat,
): LinePiece => {
  const [fromTs, toTs] = [rfc3339FromNs(minTsNs), rfc3339FromNs(maxTsNs)];
  const lines = endSeq - firstSeq;
  const loss = JSON.stringify({ reason: "source_error", fromTs, toTs, lines });
  const text =
    kind === "text"
      ? `${prefix}${toTs} [${lines} stored lines cannot be read: they are damaged or missing on the hub's disk]\n`
      : `{"seq":${endSeq - 1},"loss":${loss}${extraFields === "" ? "" : `,${extraFields}`}}\n`;
  return { bytes: new Uint8Array(Buffer.from(text)), lines: 1 };
};
