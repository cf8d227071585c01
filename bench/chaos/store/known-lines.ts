/** Lines that anybody can make again from their container and number: what is read back can be checked without being kept. */
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { LogCommit } from "../../../hub/relay/log/committed-log.ts";

export const ORG = "org_000000chaos0" as OrgId;
export const CONTAINERS = ["0", "1", "2", "3"].map((name) => `ctr_000000chaos${name}` as ContainerId);

const START_SECONDS = 1_780_000_000;
const LINES_PER_BATCH = 40;

export const lineOf = (containerId: ContainerId, seq: number): string =>
  `${containerId} line ${seq} ${(Math.imul(seq + 1, 0x9e3779b1) >>> 0).toString(36).repeat(1 + (seq % 13))}`;

/** A commit of these lines. */
export const commitOf = (containerId: ContainerId, firstSeq: number, lines: number): LogCommit => {
  const batches: Uint8Array[] = [];
  const encoder = new BatchEncoder();
  const endSeq = firstSeq + lines;
  let batchSeq = firstSeq;
  for (let seq = firstSeq; seq < endSeq; seq++) {
    const text = Buffer.from(lineOf(containerId, seq));
    encoder.append(START_SECONDS + Math.floor(seq / 1_000), seq % 1_000, 0, text, 0, text.length);
    if (encoder.lineCount < LINES_PER_BATCH && seq < endSeq - 1) continue;
    batches.push(encoder.finish(batchSeq));
    batchSeq = seq + 1;
  }
  const cursor: LogCursor = { nextSeq: endSeq, tsNs: String(endSeq), ordinal: 0, tail: [] };
  return { orgId: ORG, containerId, firstSeq, batches, cursor };
};
