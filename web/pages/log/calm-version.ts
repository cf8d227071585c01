import type { LogReader } from "./log-reader.ts";

/**
 * A reader's version for everything but the lines themselves: counts, chips, marks. Lines alone change it a few times per second, anything
 * else at once.
 */

/** Numbers that change faster cannot be read. */
export const CALM_MS = 250;

/** What it needs of time. */
export type CalmTimers = {
  readonly now: () => number;
  /** Returns what cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
};

export class CalmVersion {
  readonly #reader: LogReader;
  readonly #timers: CalmTimers;
  #version: number;
  #state: string;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(reader: LogReader, timers: CalmTimers) {
    this.#reader = reader;
    this.#timers = timers;
    this.#version = reader.version();
    this.#state = stateOf(reader);
  }

  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    const tell = (): void => {
      this.#forget();
      this.#toldAtMs = this.#timers.now();
      this.#version = this.#reader.version();
      this.#state = stateOf(this.#reader);
      listener();
    };
    const stop = this.#reader.subscribe(() => {
      const waitMs = this.#toldAtMs + CALM_MS - this.#timers.now();
      if (waitMs <= 0 || stateOf(this.#reader) !== this.#state) tell();
      else this.#cancel ??= this.#timers.after(waitMs, tell);
    });
    // What came between looking and listening.
    this.#version = this.#reader.version();
    return () => {
      stop();
      this.#forget();
    };
  };

  #forget(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

/** Everything about a reader that is said on the page, and is no count. */
const stateOf = (reader: LogReader): string => {
  const { feed, hasOpened, isEmpty, fetchState, query, queryProblem, isSearching } = reader;
  return [feed.status, hasOpened, isEmpty, fetchState.status, query?.id, queryProblem, isSearching].join(" ");
};
