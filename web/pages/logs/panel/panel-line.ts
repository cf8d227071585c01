import type { NdjsonMessage } from "@yardarm/protocol/api/log-line";
import type { LogHit } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import { levelName } from "@yardarm/protocol/log/level";
import { levelOfFlags, STREAM_NAMES, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import type { LineAddress } from "../../log/line-address.ts";
import type { LineChunk } from "../../log/rows/row-list.ts";

/** The line that the panel shows. */

export type LineText = {
  /** As the container wrote it, escape sequences included. */
  readonly message: string;
  /** RFC 3339 in UTC with nine digits of fraction. */
  readonly ts: string;
  readonly stream: string;
  readonly level: string;
  /** Only the beginning of the line is here. */
  readonly isCut: boolean;
};

export type PanelLine = {
  readonly address: LineAddress;
  /** As far as it is known without asking the hub; `null` for a line that only the address names. */
  readonly text: LineText | null;
};

const NS_PER_MS = 1_000_000n;

/** A line of the live view. */
export const lineOfChunk = (
  { workloadId, containerId }: Container,
  { seq, chunk, index }: { readonly seq: number; readonly chunk: LineChunk; readonly index: number },
): PanelLine => {
  const [flags, tsNs] = [chunk.flags(index), chunk.stampNs(index)];
  return {
    address: { workloadId, containerId, seq, atMs: Number(tsNs / NS_PER_MS) },
    text: {
      message: chunk.lineText(index),
      ts: rfc3339FromNs(tsNs),
      stream: STREAM_NAMES[streamOfFlags(flags)],
      level: levelName(levelOfFlags(flags)),
      isCut: false,
    },
  };
};

/** A line that a search found. */
export const lineOfHit = ({ workloadId, containerId, seq, ...hit }: LogHit): PanelLine => ({
  address: { workloadId, containerId, seq, atMs: Number(BigInt(hit.tsNs) / NS_PER_MS) },
  text: {
    message: hit.message,
    ts: rfc3339FromNs(BigInt(hit.tsNs)),
    stream: hit.stream,
    level: hit.level,
    isCut: hit.truncated === true,
  },
});

/** A line as the hub has stored it. */
export const textOfStored = ({ message, ts, stream, level, originalBytes }: NdjsonMessage): LineText => ({
  ...{ message, ts, stream, level },
  isCut: originalBytes !== undefined,
});
