import { zstdDecompressSync } from "node:zlib";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { type LogCursor, parseCursorPayload } from "@yardarm/protocol/log/cursor";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, parseFramePrefix } from "@yardarm/protocol/log/frame";
import { type LossRecord, parseLoss } from "@yardarm/protocol/log/loss";

export type CollectedLine = {
  readonly seq: number;
  readonly text: string;
  readonly stream: 0 | 1;
  readonly tsNs: bigint;
  readonly level: number;
  readonly loss: LossRecord | null;
};

type Collected = {
  readonly lines: CollectedLine[];
  pending: CollectedLine[];
  cursor: LogCursor | null;
  pendingCursor: LogCursor | null;
};

/**
 * The hub's side of the log path for tests of an agent's logs: takes frames, insists that numbers have neither holes nor
 * doubles, and commits what a cursor covers, as the hub's store does.
 */
export class CollectingLogHub {
  readonly #streams = new Map<number, Collected>();
  readonly #waiting: { readonly test: () => boolean; readonly resolve: () => void }[] = [];
  frames = 0;

  /** Takes one binary frame. Throws when a batch does not begin at the expected number. */
  take(frame: Uint8Array): void {
    const { kind, alias } = parseFramePrefix(frame);
    const stream = this.#streamOf(alias);
    this.frames++;
    if (kind !== FRAME_LOG_BATCH) {
      stream.pendingCursor = parseCursorPayload(frame.subarray(FRAME_PREFIX_BYTES));
    } else {
      const batch = decodeBatch(frame, {
        offset: FRAME_PREFIX_BYTES,
        decompress: (body, maxBytes) => zstdDecompressSync(body, { maxOutputLength: maxBytes }),
      });
      const expected = stream.lines.length + stream.pending.length;
      if (batch.firstSeq !== expected) throw new Error(`A batch begins at ${batch.firstSeq} instead of ${expected}.`);
      for (let index = 0; index < batch.lineCount; index++) {
        stream.pending.push({
          seq: batch.firstSeq + index,
          text: batch.lineText(index),
          stream: batch.stream(index),
          tsNs: batch.tsNs(index),
          level: batch.level(index),
          loss: batch.isLoss(index) ? parseLoss(batch.lineBytes(index)) : null,
        });
      }
    }
    for (const waiter of this.#waiting.splice(0)) {
      if (waiter.test()) waiter.resolve();
      else this.#waiting.push(waiter);
    }
  }

  /** Commits what a cursor covers; returns what to acknowledge. */
  commit(alias: number): { readonly alias: number; readonly nextSeq: number } {
    const stream = this.#streamOf(alias);
    const { pendingCursor } = stream;
    if (pendingCursor !== null) {
      const covered = pendingCursor.nextSeq - stream.lines.length;
      stream.lines.push(...stream.pending.splice(0, covered));
      stream.cursor = pendingCursor;
      stream.pendingCursor = null;
    }
    return { alias, nextSeq: stream.lines.length };
  }

  /** What a lost connection, or a hub that was killed, leaves: only what was committed. */
  forgetUncommitted(alias: number): void {
    const stream = this.#streamOf(alias);
    stream.pending = [];
    stream.pendingCursor = null;
  }

  cursor(alias: number): LogCursor | null {
    return this.#streamOf(alias).cursor;
  }

  /** What a store that was tampered with, or an older agent, would say. */
  changeCursor(alias: number, change: (cursor: LogCursor) => LogCursor): void {
    const stream = this.#streamOf(alias);
    if (stream.cursor !== null) stream.cursor = change(stream.cursor);
  }

  /** Committed lines, then those that are not. */
  lines(alias: number): readonly CollectedLine[] {
    const { lines, pending } = this.#streamOf(alias);
    return [...lines, ...pending];
  }

  last(alias: number): CollectedLine | undefined {
    const { lines, pending } = this.#streamOf(alias);
    return pending.at(-1) ?? lines.at(-1);
  }

  texts(alias: number): readonly string[] {
    return this.lines(alias).map(({ text, loss }) => (loss === null ? text : `(${loss.reason})`));
  }

  count(alias: number): number {
    const { lines, pending } = this.#streamOf(alias);
    return lines.length + pending.length;
  }

  /** Resolves when so many lines have come. */
  async waitForLines(alias: number, count: number): Promise<void> {
    const test = (): boolean => this.count(alias) >= count;
    if (!test()) await new Promise<void>((resolve) => this.#waiting.push({ test, resolve }));
  }

  #streamOf(alias: number): Collected {
    let stream = this.#streams.get(alias);
    if (stream === undefined) {
      stream = { lines: [], pending: [], cursor: null, pendingCursor: null };
      this.#streams.set(alias, stream);
    }
    return stream;
  }
}
