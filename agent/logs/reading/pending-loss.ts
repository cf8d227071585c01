import type { LossReason } from "@yardarm/protocol/log/loss";
import { HeldLine } from "./held-line.ts";
import type { LineSink } from "./line-joiner.ts";
import { stampNs } from "./line-tail.ts";

export type Loss = {
  readonly reason: LossReason;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly lines: number | null;
};

export interface LossSink extends LineSink {
  loss(loss: Loss): void;
}

/**
 * What is known to be missing in front of the next line: one loss, however often and by whom it was noticed.
 *
 * Up to when lines are missing is not said by the stamp of the line behind them: the rest of a long line carries the stamp of
 * its head, and lines of the other stream were stamped and written in between. With the line after that one it is known:
 * the engine stamps a message when it has written the last one of its stream, so nothing that is missing, of either stream,
 * is newer than the newer of the two. Until then the first one is held.
 */
export class PendingLoss {
  readonly #sink: LossSink;
  readonly #behind = new HeldLine();
  #loss: Omit<Loss, "toNs"> | null = null;

  /** `sink` is told a loss, and directly after it the line behind it. */
  constructor(sink: LossSink) {
    this.#sink = sink;
  }

  get isEmpty(): boolean {
    return this.#loss === null;
  }

  /** `fromNs`: nothing older is missing. */
  add(reason: LossReason, fromNs: bigint, lines: number | null): void {
    if (this.#loss === null) {
      this.#loss = { reason, fromNs, lines };
      return;
    }
    const known = this.#loss.reason === reason ? this.#loss.lines : null;
    this.#loss = { ...this.#loss, lines: known === null || lines === null ? null : known + lines };
  }

  /** Keeps the next line for later, and returns true; or tells what is pending, and returns false. Parameters as in `LineSink`. */
  holds(
    flags: number,
    tsSeconds: number,
    tsNanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): boolean {
    if (this.#loss === null) return false;
    if (this.#behind.tsNs === null) {
      this.#behind.line(flags, tsSeconds, tsNanos, text, start, end, originalLength);
      return true;
    }
    this.settle(stampNs(tsSeconds, tsNanos));
    return false;
  }

  /** No line comes to tell more: nothing that is newer than `untilNs`, or than the line that is held, is missing. */
  settle(untilNs: bigint): void {
    if (this.#behind.tsNs !== null) this.close(untilNs);
  }

  /** As `settle`, also where no line will ever come behind the loss. */
  close(untilNs: bigint): void {
    const loss = this.#loss;
    if (loss === null) return;
    this.#loss = null;
    const behindNs = this.#behind.tsNs;
    const endNs = behindNs !== null && behindNs > untilNs ? behindNs : untilNs;
    // A clock that was set back must not turn the span round.
    const isTurned = endNs < loss.fromNs;
    const fromNs = isTurned ? endNs : loss.fromNs;
    this.#sink.loss({ ...loss, fromNs, toNs: isTurned ? loss.fromNs : endNs });
    if (behindNs !== null) this.#behind.release(this.#sink);
  }

  /** The line that is held will be read again; the loss is pending still. */
  forgetLine(): void {
    this.#behind.clear();
  }

  clear(): void {
    this.#loss = null;
    this.#behind.clear();
  }
}
