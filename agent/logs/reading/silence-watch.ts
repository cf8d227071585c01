/** Asks a question when a stream that should be heard of falls silent. */
export interface SilenceClock {
  monotonicMs(): number;
  setTimer(delayMs: number, callback: () => void): () => void;
}

export class SilenceWatch {
  readonly #clock: SilenceClock;
  readonly #onSilence: () => void;
  #heardAtMs = 0;
  #afterMs: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: SilenceClock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** When it was heard of last, by the monotonic clock. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** It was heard of. After so long a silence, ms, the question is due, once; `null`: never. Cheap: called for every read. */
  heard(afterMs: number | null): void {
    this.#heardAtMs = this.#clock.monotonicMs();
    this.#afterMs = afterMs;
    if (afterMs !== null) this.#cancel ??= this.#clock.setTimer(afterMs, () => this.#look());
  }

  stop(): void {
    this.#afterMs = null;
    this.#cancel?.();
    this.#cancel = null;
  }

  #look(): void {
    this.#cancel = null;
    if (this.#afterMs === null) return;
    const leftMs = this.#heardAtMs + this.#afterMs - this.#clock.monotonicMs();
    if (leftMs > 0) this.#cancel = this.#clock.setTimer(leftMs, () => this.#look());
    else {
      this.#afterMs = null;
      this.#onSilence();
    }
  }
}
