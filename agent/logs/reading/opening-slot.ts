/** Opening waits for one of few slots; a search that takes longer gives its slot back. */
const SLOT_MS = 5_000;

/** The slot in which one log's readings are opened. */
export class OpeningSlot {
  readonly #acquire: () => Promise<() => void>;
  readonly #setTimer: (delayMs: number, callback: () => void) => () => void;
  #requests = 0;
  #release: () => void = () => {};

  constructor(acquire: () => Promise<() => void>, setTimer: (delayMs: number, callback: () => void) => () => void) {
    this.#acquire = acquire;
    this.#setTimer = setTimer;
  }

  /** Resolves when the slot is held; false when it was asked for again meanwhile, and that request counts. */
  async take(): Promise<boolean> {
    const request = ++this.#requests;
    const release = await this.#acquire();
    if (request !== this.#requests) {
      release();
      return false;
    }
    const cancelTimer = this.#setTimer(SLOT_MS, release);
    this.#release = () => {
      cancelTimer();
      release();
    };
    return true;
  }

  /** Gives it back, if it is held. */
  release(): void {
    this.#release();
  }
}
