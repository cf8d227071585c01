import type { LossReason } from "@yardarm/protocol/log/loss";

export type Loss = {
  readonly reason: LossReason;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly lines: number | null;
};

/** What is known to be missing in front of the next line: one loss, however often and by whom it was noticed. */
export class PendingLoss {
  #loss: Omit<Loss, "toNs"> | null = null;

  get isEmpty(): boolean {
    return this.#loss === null;
  }

  /** `fromNs`: stamp of the last line before it. */
  add(reason: LossReason, fromNs: bigint, lines: number | null): void {
    if (this.#loss === null) {
      this.#loss = { reason, fromNs, lines };
      return;
    }
    const known = this.#loss.reason === reason ? this.#loss.lines : null;
    this.#loss = { ...this.#loss, lines: known === null || lines === null ? null : known + lines };
  }

  /** The loss that ends with a line of this stamp; `null` when nothing is missing. */
  takeUpTo(atNs: bigint): Loss | null {
    const loss = this.#loss;
    this.#loss = null;
    if (loss === null) return null;
    // A clock that was set back must not turn the span round.
    const isTurned = atNs < loss.fromNs;
    return { ...loss, fromNs: isTurned ? atNs : loss.fromNs, toNs: isTurned ? loss.fromNs : atNs };
  }

  clear(): void {
    this.#loss = null;
  }
}
