/** How many lines of one container are read per second. The rest waits in the engine's log: a limit delays and never discards. */

export type LogRate = {
  readonly linesPerSecond: number;
  /** So many lines may come at full speed before the limit is felt. */
  readonly burstLines: number;
};

/** A burst that is worth five seconds of the limit passes at full speed. */
const BURST_SECONDS = 5;

/** The limit with its burst, or `null` for none. */
export const logRateOf = (linesPerSecond: number): LogRate | null =>
  linesPerSecond <= 0 ? null : { linesPerSecond, burstLines: linesPerSecond * BURST_SECONDS };

/**
 * A pause is at least this long. Short enough for nobody to mind in a log that is behind anyway, and longer than what a
 * log that rotates is trusted with: there, reading goes on from the record, since a follow that lags skips whole files.
 */
const PAUSE_MS = 500;

/** A bucket of lines, filled at the limit's rate. Time is monotonic ms. */
export class RateLimit {
  readonly #rate: LogRate;
  #lines: number;
  #filledAtMs: number;

  constructor(rate: LogRate, nowMs: number) {
    this.#rate = rate;
    this.#lines = rate.burstLines;
    this.#filledAtMs = nowMs;
  }

  /** Lines that were read, more than there were in the bucket if need be: a read is never cut. Returns for how long to pause, ms; 0 = read on. */
  take(lines: number, nowMs: number): number {
    const { linesPerSecond, burstLines } = this.#rate;
    const filled = ((nowMs - this.#filledAtMs) * linesPerSecond) / 1000;
    this.#lines = Math.min(burstLines, this.#lines + filled) - lines;
    this.#filledAtMs = nowMs;
    return this.#lines >= 0 ? 0 : Math.max(PAUSE_MS, Math.ceil((-this.#lines * 1000) / linesPerSecond));
  }
}
