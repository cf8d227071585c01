import { BACKOFF_FIRST_MS, BACKOFF_LIMIT_MS, BACKOFF_RESET_MS } from "@yardarm/protocol/limits";

/**
 * How long to wait before the next attempt (HOST-08): exponential from 0.5 s to 60 s with full jitter, started again only
 * after a connection that stayed healthy for 60 s.
 */
export class BackOff {
  readonly #random: () => number;
  #failures = 0;

  /** `random` gives numbers from 0 up to, but without, 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** The wait after a connection that was healthy for `healthyMs` (0: it never came to be). */
  nextDelayMs(healthyMs: number): number {
    if (healthyMs >= BACKOFF_RESET_MS) this.#failures = 0;
    const ceilingMs = Math.min(BACKOFF_LIMIT_MS, BACKOFF_FIRST_MS * 2 ** this.#failures);
    // The exponent is bounded, or 2 ** n would overflow in an outage of years.
    this.#failures = Math.min(this.#failures + 1, 16);
    return Math.round(this.#random() * ceilingMs);
  }
}
