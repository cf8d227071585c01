import type { LogStore } from "./log-store.ts";
import type { Eviction, RetentionLimits } from "./retention.ts";

/** How often it looks. */
export const KEEPER_TICK_MS = 2_000;
/** While commits fill every group, compaction waits; once this much was committed meanwhile, it waits no more until all is done. */
export const BACKLOG_BYTES = 256 * 1024 * 1024;
/** Steps of retention in one turn, so that a bound that cannot be kept is no endless loop. */
const EVICTION_STEPS = 1_000;

/** What it needs of the store. */
export type KeptStore = Pick<LogStore, "compactNext" | "committedBytes" | "evict" | "isSaturated">;

export interface LogKeeperOptions {
  readonly store: KeptStore;
  /** The bounds as they are now. */
  readonly limits: () => Promise<RetentionLimits>;
  /** Told what went. */
  readonly evicted: (eviction: Eviction) => void;
}

/** Looks after a log store: joins rows while there is time, and lets the oldest lines go. */
export class LogKeeper {
  readonly #options: LogKeeperOptions;
  #running: Promise<void> | null = null;
  #isStopped = false;
  /** `committedBytes` of the store when a turn of compaction began that left nothing due. */
  #compactedBytes = 0;

  constructor(options: LogKeeperOptions) {
    this.#options = options;
  }

  /** One turn; a turn that is under way already is joined. */
  tick(): Promise<void> {
    this.#running ??= this.#turn().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Resolves when nothing of it uses the store any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running?.catch(() => {});
  }

  async #turn(): Promise<void> {
    await this.#evict();
    // Joined rows stand beside the old ones for a moment: files may have grown meanwhile.
    if (await this.#compact()) await this.#evict();
  }

  /** True when something was joined. */
  async #compact(): Promise<boolean> {
    const { store } = this.#options;
    const beganAtBytes = store.committedBytes;
    const isUrgent = beganAtBytes - this.#compactedBytes >= BACKLOG_BYTES;
    for (let steps = 0; ; steps++) {
      if (this.#isStopped || (store.isSaturated && !isUrgent)) return steps > 0;
      if (await store.compactNext()) continue;
      this.#compactedBytes = beganAtBytes;
      return steps > 0;
    }
  }

  async #evict(): Promise<void> {
    const limits = await this.#options.limits();
    for (let step = 0; step < EVICTION_STEPS && !this.#isStopped; step++) {
      const eviction = await this.#options.store.evict(limits);
      if (eviction.rows > 0 || eviction.days.length > 0) this.#options.evicted(eviction);
      if (!eviction.isMoreDue) return;
    }
  }
}
