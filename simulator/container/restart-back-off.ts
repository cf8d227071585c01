import { NS_PER_SECOND } from "../clock.ts";

const FIRST_MS = 100;
const LONGEST_MS = 60_000;
const GOOD_RUN_NS = 10n * NS_PER_SECOND;

/** How long the engine waits before it starts a container again: 100 ms doubling up to a minute, from the front after a run of 10 s. */
export class RestartBackOff {
  #waitMs = 0;

  next(ranNs: bigint): number {
    this.#waitMs = ranNs >= GOOD_RUN_NS || this.#waitMs === 0 ? FIRST_MS : Math.min(LONGEST_MS, this.#waitMs * 2);
    return this.#waitMs;
  }

  reset(): void {
    this.#waitMs = 0;
  }
}
