/** How far behind a log is that was held back: by back-pressure, by the rate limit, or by other logs' turns. */

/** Shorter than this is not worth telling. */
export const BEHIND_TOLD_MS = 1_000;

/** The follower, as far as its lag is concerned. */
export interface HeldLog {
  /** Stamp of the line taken last; `null` before the first. */
  readonly lastTakenNs: bigint | null;
  readonly isHeldBack: boolean;
  /** Whether the log was held back at any time since this was asked last. */
  takeHeldBack(): boolean;
}

export class LogLag {
  /** When the clock was looked at last. */
  #takenNs: bigint | null = null;

  /**
   * Age of the last line, ms, in a log that is held back, or that still makes up for having been: it goes on, and its
   * lines are not new. Otherwise 0: the age of the last line of a log that merely has nothing to say means nothing.
   */
  look(log: HeldLog, toldMs: number, nowMs: number): number {
    const takenNs = log.lastTakenNs;
    const hasMoved = takenNs !== this.#takenNs;
    this.#takenNs = takenNs;
    const wasBehind = log.takeHeldBack() || toldMs > 0;
    const isBehind = log.isHeldBack || (wasBehind && hasMoved);
    if (!isBehind || takenNs === null) return 0;
    const behindMs = Math.max(0, nowMs - Number(takenNs / 1_000_000n));
    return behindMs < BEHIND_TOLD_MS ? 0 : behindMs;
  }
}
