import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Enough for deleting rows of an open file: what deleting writes before it frees anything. */
const RESERVE_BYTES = 4 * 1024 * 1024;

/** Bytes kept on the disk for the moment when it is full: without them nothing could be deleted to make room. */
export class DiskReserve {
  readonly #file: string;
  #isMissing = true;

  constructor(directory: string) {
    this.#file = path.join(directory, "reserve");
  }

  /** Sets the bytes aside where there is room. */
  make(): void {
    if (!this.#isMissing) return;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      if (statSync(this.#file, { throwIfNoEntry: false })?.size !== RESERVE_BYTES) {
        writeFileSync(this.#file, Buffer.alloc(RESERVE_BYTES), { mode: 0o600 });
      }
      this.#isMissing = false;
    } catch {
      // No room now: a half-written reserve would only be in the way.
      rmSync(this.#file, { force: true });
    }
  }

  /** Gives the bytes up for a task that frees more than it takes. */
  spend<Result>(task: () => Result): Result {
    rmSync(this.#file, { force: true });
    this.#isMissing = true;
    return task();
  }
}
