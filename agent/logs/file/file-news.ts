import { type FSWatcher, watch } from "node:fs";
import type { LogDirectory } from "./log-directory.ts";

/** So many events in so short a time, and looking by the clock is cheaper: one event per line would cost more than the line. */
const BUSY_EVENTS = 128;
const BUSY_WINDOW_MS = 50;
/** As short as a timer can be, so that looking by the clock costs hardly any latency. */
const LOOK_MS = 1;
/** So many looks in vain, and events are waited for again. */
const QUIET_LOOKS = 64;
/** A file that has no name any more is written to without a sign, should its writer live on. */
const UNSEEN_LOOK_MS = 1_000;

export type FileNewsOptions = {
  /** Files are removed so soon after they were begun that only their events come in time. */
  readonly isHasty: boolean;
  /** The directory cannot be watched any more. */
  readonly onError: (error: unknown) => void;
};

/**
 * Tells one reading when to look for more: by the events of the log's directory or, while those come faster than a
 * reader should look, by the clock. The kernel makes an event of every single write, which slows down the engine that
 * writes as well as whoever is told; so a busy directory is not watched at all.
 */
export class FileNews {
  // fixed
  readonly #options: FileNewsOptions;
  // state
  #directory: LogDirectory | null = null;
  #watcher: FSWatcher | null = null;
  #hasNews = false;
  #wakeUp: () => void = () => {};
  #events = 0;
  #windowBeganMs = 0;
  #looksInVain = 0;

  constructor(options: FileNewsOptions) {
    this.#options = options;
  }

  /** From here on nothing that happens in the directory is missed by whoever looks after each `next`. Throws what the file system says. */
  follow(directory: LogDirectory): void {
    this.#directory = directory;
    this.#watch(directory);
  }

  /** True while the directory's events tell; otherwise the clock does. */
  get isWatching(): boolean {
    return this.#watcher !== null;
  }

  /** The next wait ends at once. */
  wake(): void {
    this.#hasNews = true;
    this.#wakeUp();
  }

  /** Forgets the news so far: MUST be called before looking, not after. */
  looking(): void {
    this.#hasNews = false;
  }

  /** Resolves when somebody woke this reading, whatever the directory does. */
  async woken(): Promise<void> {
    await this.#wait(null);
  }

  /** Resolves when there may be more. `hasFound`: the last look was worth it. `isUnseen`: no event will tell. */
  async next(hasFound: boolean, isUnseen: boolean): Promise<void> {
    if (this.#watcher !== null || this.#directory === null) {
      await this.#wait(isUnseen ? UNSEEN_LOOK_MS : null);
      return;
    }
    this.#looksInVain = hasFound ? 0 : this.#looksInVain + 1;
    if (this.#looksInVain < QUIET_LOOKS) {
      await this.#wait(LOOK_MS);
      return;
    }
    // And then one more look: what came before is not told.
    this.#watch(this.#directory);
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#directory = null;
    this.wake();
  }

  /** The whole directory: its events also tell of rotation, and come for a file that does not exist yet. */
  #watch({ path, fileName }: LogDirectory): void {
    this.#events = 0;
    this.#looksInVain = 0;
    const watcher = watch(path, { persistent: false }, (_event, name) => {
      if (name !== null && !name.startsWith(fileName)) return;
      this.#count();
      this.wake();
    });
    watcher.on("error", this.#options.onError);
    this.#watcher = watcher;
  }

  #count(): void {
    if (this.#options.isHasty) return;
    if (this.#events === 0) this.#windowBeganMs = performance.now();
    this.#events += 1;
    if (this.#events < BUSY_EVENTS) return;
    this.#events = 0;
    if (performance.now() - this.#windowBeganMs > BUSY_WINDOW_MS) return;
    this.#watcher?.close();
    this.#watcher = null;
  }

  async #wait(limitMs: number | null): Promise<void> {
    if (this.#hasNews) return;
    const news = Promise.withResolvers<void>();
    this.#wakeUp = news.resolve;
    const timer = limitMs === null ? undefined : setTimeout(news.resolve, limitMs);
    await news.promise;
    clearTimeout(timer);
  }
}
