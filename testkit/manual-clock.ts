interface ManualTimer {
  dueNs: bigint;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. It is what the simulator and other parts take as their clock. */
export class ManualClock {
  #nowNs: bigint;
  /** What has passed, steps of the wall clock left out. */
  #elapsedNs = 0n;
  #timers: ManualTimer[] = [];
  #ordered = 0;

  /** Default: a second in 2026, so that stamps look like stamps. */
  constructor(startNs = 1_780_000_000_000_000_000n) {
    this.#nowNs = startNs;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  /** Whole milliseconds since the epoch, as from `Date.now()`. */
  nowMs(): number {
    return Number(this.#nowNs / 1_000_000n);
  }

  /** Milliseconds since the clock was made; a step does not move it. */
  monotonicMs(): number {
    return Number(this.#elapsedNs) / 1e6;
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Calls `callback` once when the clock has been moved `delayMs` on; returns the function that cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void {
    const dueNs = this.#nowNs + BigInt(Math.round(Math.max(0, delayMs) * 1e6));
    const timer = { dueNs, order: this.#ordered++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on and runs what falls due, in order of time, each at its own time. */
  advance(ms: number): void {
    const untilNs = this.#nowNs + BigInt(Math.round(ms * 1e6));
    for (let timer = this.#nextDue(untilNs); timer !== undefined; timer = this.#nextDue(untilNs)) {
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#moveTo(timer.dueNs);
      timer.callback();
    }
    this.#moveTo(untilNs);
  }

  /** Like `advance`, but after each timer the promises that it settled run to their end. */
  async advanceAsync(ms: number): Promise<void> {
    const untilNs = this.#nowNs + BigInt(Math.round(ms * 1e6));
    await settled();
    for (let timer = this.#nextDue(untilNs); timer !== undefined; timer = this.#nextDue(untilNs)) {
      this.advance(Math.max(0, Number(timer.dueNs - this.#nowNs) / 1e6));
      await settled();
    }
    this.#moveTo(untilNs);
  }

  /** The machine's clock is set, back or forth: no timer notices. */
  step(ms: number): void {
    const byNs = BigInt(Math.round(ms * 1e6));
    this.#nowNs += byNs;
    for (const timer of this.#timers) timer.dueNs += byNs;
  }

  #moveTo(tsNs: bigint): void {
    if (tsNs <= this.#nowNs) return;
    this.#elapsedNs += tsNs - this.#nowNs;
    this.#nowNs = tsNs;
  }

  #nextDue(untilNs: bigint): ManualTimer | undefined {
    return this.#timers
      .filter((timer) => timer.dueNs <= untilNs)
      .toSorted((left, right) => Number(left.dueNs - right.dueNs) || left.order - right.order)[0];
  }
}

/** Until the queue of microtasks is empty. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
