import type { LogMessage } from "./log-message.ts";
import type { LogStore } from "./log-store.ts";

export interface LogReadOptions {
  readonly follow: boolean;
  /** Messages (not lines) from the end; undefined = all. */
  readonly tail?: number;
  readonly sinceNs?: bigint;
  /** Reading stops at the first message that is newer. */
  readonly untilNs?: bigint;
  readonly sinceEndsAtFirstMatch: boolean;
}

/**
 * One reader of a log store. It holds a position, never messages (but for those a rotation repeats): the store is the
 * buffer of a slow reader, as the engine's log files are.
 */
export class LogReader {
  readonly #store: LogStore;
  readonly #options: LogReadOptions;
  #position: number;
  /** Where a read without follow, or a follow whose container stopped, ends. */
  #end: number | undefined;
  #isSinceMet: boolean;
  /** The next one last. */
  #repeated: LogMessage[] = [];
  #skipped = 0;
  #onWake: (() => void) | undefined;

  constructor(store: LogStore, options: LogReadOptions) {
    this.#store = store;
    this.#options = options;
    this.#end = options.follow ? undefined : store.endIndex;
    const from = Math.max(store.firstIndex, options.tail === undefined ? 0 : store.endIndex - options.tail);
    this.#position = options.sinceNs === undefined ? from : store.indexOfFirstSince(options.sinceNs, from);
    this.#isSinceMet = options.sinceNs === undefined || options.sinceEndsAtFirstMatch;
  }

  get position(): number {
    return this.#position;
  }

  get isFinished(): boolean {
    return this.#end !== undefined && this.#repeated.length === 0 && this.#position >= this.#end;
  }

  /** Is told whenever there may be more to read, or an end. */
  set onWake(listener: () => void) {
    this.#onWake = listener;
  }

  next(): LogMessage | undefined {
    const repeated = this.#repeated.pop();
    if (repeated !== undefined) return repeated;
    for (;;) {
      const end = this.#end ?? this.#store.endIndex;
      if (this.#skipped > 0) {
        const jump = Math.min(this.#skipped, Math.max(0, end - this.#position));
        this.#skipped -= jump;
        this.#position += jump;
      }
      this.#position = Math.max(this.#position, Math.min(this.#store.firstIndex, end));
      if (this.#position >= end) return undefined;
      const message = this.#store.at(this.#position);
      if (message === undefined) return undefined;
      const { sinceNs, untilNs } = this.#options;
      if (untilNs !== undefined && message.tsNs > untilNs) {
        this.#end = this.#position;
        return undefined;
      }
      this.#position++;
      if (this.#isSinceMet || sinceNs === undefined || message.tsNs >= sinceNs) return message;
    }
  }

  /** Sends the last `count` messages before the position once more. */
  repeat(count: number): void {
    const again: LogMessage[] = [];
    for (let index = this.#position - 1; index >= Math.max(this.#store.firstIndex, this.#position - count); index--) {
      const message = this.#store.at(index);
      if (message !== undefined) again.push(message);
    }
    this.#repeated = [...again, ...this.#repeated];
  }

  skip(count: number): void {
    this.#skipped += count;
  }

  jumpTo(index: number): void {
    this.#position = Math.max(this.#position, index);
  }

  wake(): void {
    this.#onWake?.();
  }

  finish(): void {
    this.#end ??= this.#store.endIndex;
    this.wake();
  }

  close(): void {
    this.#onWake = undefined;
    this.#store.release(this);
  }
}
