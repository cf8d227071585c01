/** Frames of all hosts that are in memory until the store has taken them. */
const LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * What all hosts together may have here that is not committed: each host's window bounds its own, but not that of
 * hundreds while the store stands still. Overflow policy: frames are let go (`commit_backlog`) and asked for again once
 * what their container has here is committed; the hosts keep them meanwhile.
 */
export class CommitBacklog {
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number = LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#limitBytes;
  }

  change(byBytes: number): void {
    this.#bytes += byBytes;
  }
}
