/** Epochs that are remembered; a client that slept through more is treated as one from before this hub started. */
const MOST_REMEMBERED = 32;

interface Epoch {
  readonly name: string;
  /** Lines from here on were numbered in this epoch, or in one after it. */
  readonly startSeq: number;
}

/** What a client that comes back says it holds. */
export interface HeldEpoch {
  readonly epoch: string;
  /** Everything below was committed, as far as it was told; what it holds beyond was numbered in `epoch`. */
  readonly committedSeq: number;
}

/** Who numbered one container's lines from where on, since this node began to. */
export class Epochs {
  readonly #newName: () => string;
  #epochs: Epoch[];

  constructor(newName: () => string, startSeq: number) {
    this.#newName = newName;
    this.#epochs = [{ name: newName(), startSeq }];
  }

  get name(): string {
    return this.#last.name;
  }

  get startSeq(): number {
    return this.#last.startSeq;
  }

  /** Lines from `startSeq` on will be numbered anew. */
  begin(startSeq: number): void {
    this.#epochs = [...this.#epochs.slice(1 - MOST_REMEMBERED), { name: this.#newName(), startSeq }];
  }

  /** From where on a client may hold other lines than there are now. */
  contradictedFrom({ epoch, committedSeq }: HeldEpoch): number {
    const at = this.#epochs.findIndex(({ name }) => name === epoch);
    // Of an epoch from before this hub nothing is known but what the client knows itself.
    const since = at === -1 ? this.#epochs : this.#epochs.slice(at + 1);
    const lowest = Math.min(this.startSeq, ...since.map(({ startSeq }) => startSeq));
    return at === -1 ? Math.min(lowest, committedSeq) : lowest;
  }

  get #last(): Epoch {
    return this.#epochs.at(-1) as Epoch;
  }
}
