import { ProtocolError } from "@yardarm/protocol/errors";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** `rate_limited`, and when to come back. */
export class RateLimitedError extends ProtocolError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super("rate_limited", `Too many attempts. Try again in ${retryAfterSeconds} seconds.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface AttemptLimits {
  /** Attempts per minute before the key is blocked. */
  readonly attempts: number;
  /** The first block; each further one within a day is twice as long. */
  readonly firstBlockSeconds: number;
  readonly longestBlockSeconds: number;
}

const WINDOW_SECONDS = 60;
const STRIKES_SECONDS = 24 * 60 * 60;

/** Counts attempts per key in memory. A key that keeps on trying is blocked for longer each time. */
export class AttemptLimiter {
  readonly #limits: AttemptLimits;
  readonly #attempts: RateLimiterMemory;
  readonly #strikes: RateLimiterMemory;

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
    this.#attempts = new RateLimiterMemory({ points: limits.attempts, duration: WINDOW_SECONDS });
    this.#strikes = new RateLimiterMemory({ points: 1, duration: STRIKES_SECONDS });
  }

  /**
   * Counts an attempt before it is made.
   *
   * @throws RateLimitedError
   */
  async consume(key: string): Promise<void> {
    try {
      await this.#attempts.consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const isFirst = refusal.consumedPoints === this.#limits.attempts + 1;
      const seconds = isFirst ? await this.#block(key) : Math.ceil(refusal.msBeforeNext / 1000);
      throw new RateLimitedError(seconds);
    }
  }

  /** An attempt that succeeded does not count. */
  async forgive(key: string): Promise<void> {
    await this.#attempts.reward(key);
  }

  /** Forgets the key's attempts and blocks. */
  async clear(key: string): Promise<void> {
    await this.#attempts.delete(key);
    await this.#strikes.delete(key);
  }

  async #block(key: string): Promise<number> {
    const { firstBlockSeconds, longestBlockSeconds } = this.#limits;
    const { consumedPoints } = await this.#strikes.penalty(key);
    const seconds = Math.min(firstBlockSeconds * 2 ** (consumedPoints - 1), longestBlockSeconds);
    await this.#attempts.block(key, seconds);
    return seconds;
  }
}
