/** In which order a log is stamped, as far as its reader has seen. */

/** Concurrent stdout and stderr overtake each other by milliseconds; further back, the machine's clock was set back. */
const STEP_S = 1;

export class StampOrder {
  #highSeconds = Number.NaN;
  #isMixed = false;

  /** Another place, of which nothing is known but its last lines. */
  forget(): void {
    this.#highSeconds = Number.NaN;
    this.#isMixed = false;
  }

  /** A line was taken. */
  take(seconds: number): void {
    if (seconds < this.#highSeconds - STEP_S) this.#isMixed = true;
    else if (!(seconds <= this.#highSeconds)) this.#highSeconds = seconds;
  }

  /** The place was found by a reading that began where its stamp says, or at the log's beginning; `isBehindNewer`: behind lines that looked like later ones. */
  found(isBehindNewer: boolean): void {
    this.#isMixed = isBehindNewer;
    if (!isBehindNewer) this.#highSeconds = Number.NaN;
  }

  /** Later lines may carry earlier stamps: one that is newer than the place does not say that the place is not there. */
  get isMixed(): boolean {
    return this.#isMixed;
  }

  /** Enough was seen to say that later lines carry later stamps. */
  get isForward(): boolean {
    return !this.#isMixed && !Number.isNaN(this.#highSeconds);
  }

  /** Whether a message that was read before the head of a line, begun at `openNs`, shows that what precedes the head is still there. */
  isBefore(openNs: bigint, tsNs: bigint): boolean {
    return this.#isMixed ? tsNs !== openNs : tsNs < openNs;
  }
}
