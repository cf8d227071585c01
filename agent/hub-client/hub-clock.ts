import type { Clock } from "./clock.ts";

const NS_PER_MS = 1_000_000n;

/**
 * The hub's time, taken from a signed welcome and from nowhere else. It ages by the larger of monotonic and wall time, so
 * that neither a suspended machine nor a clock set back can make a command's deadline last longer.
 */
export class HubClock {
  readonly #clock: Clock;
  readonly #hubTimeNs: bigint;
  readonly #localNs: bigint;
  readonly #monotonicMs: number;

  /** `hubTimeNs` is the hub's time now. */
  constructor(clock: Clock, hubTimeNs: bigint) {
    this.#clock = clock;
    this.#hubTimeNs = hubTimeNs;
    this.#localNs = clock.nowNs();
    this.#monotonicMs = clock.monotonicMs();
  }

  /** Hub time, ns since the epoch. */
  nowNs(): bigint {
    const monotonicNs = BigInt(Math.round((this.#clock.monotonicMs() - this.#monotonicMs) * 1e6));
    const wallNs = this.#clock.nowNs() - this.#localNs;
    return this.#hubTimeNs + (wallNs > monotonicNs ? wallNs : monotonicNs);
  }

  /** What this machine's clock showed, or will show, at a moment of hub time. */
  toLocalNs(hubNs: bigint): bigint {
    return hubNs - this.#hubTimeNs + this.#localNs;
  }

  /**
   * How far this machine's wall clock has run ahead of what really passed since the welcome: it was set forward, or the machine
   * slept. Which of the two nobody here can say, so the hub's time is no longer known.
   */
  get leapMs(): number {
    const wallMs = Number(this.#clock.nowNs() - this.#localNs) / 1e6;
    return wallMs - (this.#clock.monotonicMs() - this.#monotonicMs);
  }

  /** This machine's clock minus the hub's. */
  get skewMs(): number {
    return Number((this.#localNs - this.#hubTimeNs) / NS_PER_MS);
  }
}
