/** The real log samples as commits for a store: each once as it is, or blown up to many lines. */
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { LOG_SAMPLES, readLogSample } from "@yardarm/testkit/log-samples";
import { createRandom } from "@yardarm/testkit/random";
import type { LogCommit } from "../../hub/relay/log/committed-log.ts";

export const ORG = "org_00000000benc" as OrgId;
const LINES_PER_BATCH = 500;
const BATCHES_PER_COMMIT = 4;
const START_SECONDS = 1_780_000_000;
/** What `docker logs -t` prints besides the text: a stamp of 30 characters, a space, a line feed. */
const PRINTED_BYTES = 32;
const ZERO = 48;

export interface Corpus {
  /** Per container, in its order. */
  readonly containers: readonly { readonly containerId: ContainerId; readonly commits: readonly LogCommit[] }[];
  readonly lines: number;
  /** UTF-8 text alone. */
  readonly textBytes: number;
  /** What `docker logs -t` prints of it. */
  readonly printedBytes: number;
}

/**
 * One container per sample. Beyond its own length a sample is repeated, with every digit of its text replaced at random: more
 * varied than the truth, so that no repetition flatters the compression. Stamps grow by random steps down to the nanosecond.
 */
export const makeCorpus = (lines: number | "once"): Corpus => {
  let textBytes = 0;
  let total = 0;
  const containers = LOG_SAMPLES.map((sample, index) => {
    const containerId = `ctr_0000000samp${index}` as ContainerId;
    const texts = readLogSample(sample).map((text) => Buffer.from(text));
    const random = createRandom(index + 1);
    const count = lines === "once" ? texts.length : Math.floor(lines / LOG_SAMPLES.length);
    const encoder = new BatchEncoder();
    const commits: LogCommit[] = [];
    let batches: Uint8Array[] = [];
    let batchSeq = 0;
    let commitSeq = 0;
    let atNs = 0;
    for (let seq = 0; seq < count; seq++) {
      const original = texts[seq % texts.length] as Buffer;
      const text = seq < texts.length ? original : varied(original, seq);
      atNs += random.int(1_000, 20_000_000);
      encoder.append(START_SECONDS + Math.floor(atNs / 1e9), atNs % 1e9, 0, text, 0, text.length);
      textBytes += text.length;
      if (encoder.lineCount === LINES_PER_BATCH || seq === count - 1) {
        batches.push(encoder.finish(batchSeq));
        batchSeq = seq + 1;
      }
      if (batches.length === BATCHES_PER_COMMIT || seq === count - 1) {
        const cursor = { nextSeq: seq + 1, tsNs: String(atNs), ordinal: 0, tail: [] };
        commits.push({ orgId: ORG, containerId, firstSeq: commitSeq, batches, cursor });
        batches = [];
        commitSeq = seq + 1;
      }
    }
    total += count;
    return { containerId, commits };
  });
  return { containers, lines: total, textBytes, printedBytes: textBytes + total * PRINTED_BYTES };
};

const varied = (text: Buffer, seed: number): Buffer => {
  const copy = Buffer.from(text);
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  for (let at = 0; at < copy.length; at++) {
    const byte = copy[at] as number;
    if (byte < ZERO || byte >= ZERO + 10) continue;
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    copy[at] = ZERO + ((state >>> 16) % 10);
  }
  return copy;
};
