import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import { INFO, type Level } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_LOSS, flagsOf, STDERR, STDOUT } from "@yardarm/protocol/log/line-flags";
import { encodeLoss, type LossRecord } from "@yardarm/protocol/log/loss";
import { encodeUtf8 } from "@yardarm/protocol/log/utf8";
import type { LogDecoderPort, OpenLogDecoderPort } from "../live/log-decoder.ts";
import { LogDecoding } from "../workers/log-decoding.ts";

/** Log frames made by the real encoder, for tests and the mock hub. */

export type SampleLine = {
  readonly text: string | Uint8Array;
  readonly level?: Level;
  readonly isStderr?: boolean;
  readonly isContinuation?: boolean;
  readonly loss?: LossRecord;
  readonly atMs?: number;
};

const bytesOf = ({ text, loss }: SampleLine): Uint8Array => {
  if (loss !== undefined) return encodeLoss(loss);
  return typeof text === "string" ? encodeUtf8(text) : text;
};

const flagsFor = ({ level = INFO, isStderr = false, isContinuation = false, loss }: SampleLine): number => {
  if (loss !== undefined) return FLAG_LOSS;
  return flagsOf(isStderr ? STDERR : STDOUT, level) | (isContinuation ? FLAG_CONTINUATION : 0);
};

/** Whole frames (prefix and batch, no codec) for lines numbered from `firstSeq`; several when they do not fit into one. */
export const framesOf = (alias: number, firstSeq: number, lines: readonly SampleLine[]): ArrayBuffer[] => {
  const frames: ArrayBuffer[] = [];
  const encoder = new BatchEncoder();
  let nextSeq = firstSeq;
  const finish = (): void => {
    const count = encoder.lineCount;
    if (count === 0) return;
    const frame = encoder.finish(nextSeq, { prefixBytes: FRAME_PREFIX_BYTES });
    writeFramePrefix(frame, FRAME_LOG_BATCH, alias);
    frames.push(frame.buffer);
    nextSeq += count;
  };
  for (const line of lines) {
    const text = bytesOf(line);
    const atMs = line.atMs ?? 0;
    const seconds = Math.floor(atMs / 1_000);
    const nanos = Math.round((atMs - seconds * 1_000) * 1e6);
    const append = (): boolean => encoder.append(seconds, nanos, flagsFor(line), text, 0, text.length);
    if (append()) continue;
    finish();
    append();
  }
  finish();
  return frames;
};

/** Decodes in place, as the worker does, but answers only when told to. */
export class ManualPort {
  readonly #decoding = new LogDecoding();
  #answers: (() => void)[] = [];

  readonly open: OpenLogDecoderPort = (onAnswer): LogDecoderPort => ({
    post: (message) => {
      const answer = this.#decoding.receive(structuredClone(message));
      if (answer !== null) this.#answers.push(() => onAnswer(answer));
    },
    close: () => {
      this.#answers = [];
    },
  });

  get waiting(): number {
    return this.#answers.length;
  }

  /** Delivers the oldest answers; all of them, also those that follow from them, unless told how many. */
  deliver(count: number = Number.POSITIVE_INFINITY): void {
    for (let delivered = 0; delivered < count; delivered++) {
      const answer = this.#answers.shift();
      if (answer === undefined) return;
      answer();
    }
  }
}
