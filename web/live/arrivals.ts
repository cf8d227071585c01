import { ERROR } from "@yardarm/protocol/log/level";
import { FLAG_LOSS, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import type { LogColumns } from "../workers/log-messages.ts";

/** How much has arrived since the view opened; what existed before does not count. */
export type Arrived = { readonly lines: number; readonly errors: number };

const WINDOW_MS = 1_000;

/** Counts what comes, and how fast. */
export class Arrivals {
  readonly #now: () => number;
  #arrived: Arrived = { lines: 0, errors: 0 };
  #rate = { sinceMs: 0, lines: 0, perSecond: 0 };

  constructor(now: () => number) {
    this.#now = now;
  }

  get arrived(): Arrived {
    return this.#arrived;
  }

  /** Lines per second over the last second. */
  get linesPerSecond(): number {
    const { sinceMs, perSecond } = this.#rate;
    return this.#now() - sinceMs > 2 * WINDOW_MS ? 0 : perSecond;
  }

  /** Lines `from` to `end` have come. */
  count({ flags }: LogColumns, from: number, end: number): void {
    if (from >= end) return;
    let errors = 0;
    for (let index = from; index < end; index++) {
      const flag = flags[index] ?? 0;
      if ((flag & FLAG_LOSS) === 0 && levelOfFlags(flag) >= ERROR) errors += 1;
    }
    this.#arrived = { lines: this.#arrived.lines + end - from, errors: this.#arrived.errors + errors };
    this.#rate.lines += end - from;
    const now = this.#now();
    const elapsedMs = now - this.#rate.sinceMs;
    if (elapsedMs < WINDOW_MS) return;
    const perSecond = elapsedMs > 2 * WINDOW_MS ? 0 : (this.#rate.lines * 1_000) / elapsedMs;
    this.#rate = { sinceMs: now, lines: 0, perSecond };
  }
}
