/** So many reads in so short a time, and resting after each is cheaper: an engine writes every message by itself, and wakes its reader for each. */
const BUSY_READS = 128;
const BUSY_WINDOW_MS = 50;
/** As short as a timer can be, so that it costs hardly any latency. */
export const REST_MS = 1;
/** A stream that says nothing for so long is not busy any more. */
const QUIET_MS = 20;

/** Decides for one stream whether its reader rests after a read, so that the next one brings all that came meanwhile. */
export class ReadPace {
  #isBusy = false;
  #reads = 0;
  #windowBeganMs = 0;
  #lastReadMs = Number.NEGATIVE_INFINITY;

  /** A read came. Returns whether to rest for `REST_MS` before the next one. `nowMs`: by the monotonic clock. */
  takeRead(nowMs: number): boolean {
    if (nowMs - this.#lastReadMs > QUIET_MS) {
      this.#isBusy = false;
      this.#reads = 0;
    }
    this.#lastReadMs = nowMs;
    if (this.#isBusy) return true;
    if (this.#reads === 0) this.#windowBeganMs = nowMs;
    this.#reads += 1;
    if (this.#reads < BUSY_READS) return false;
    this.#reads = 0;
    this.#isBusy = nowMs - this.#windowBeganMs <= BUSY_WINDOW_MS;
    return this.#isBusy;
  }
}
