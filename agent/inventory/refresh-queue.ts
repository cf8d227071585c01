/** Which containers are to be inspected: each at most once at a time, a bounded number at once, events before resyncs. */
import type { DockerId } from "@yardarm/protocol/ids";

/** The queue holds ids only, each once, so it is bounded by the number of containers on the host. */
export class RefreshQueue {
  readonly #concurrency: number;
  readonly #refresh: (dockerId: DockerId) => Promise<void>;
  readonly #urgent = new Set<DockerId>();
  readonly #routine = new Set<DockerId>();
  readonly #running = new Set<DockerId>();
  #idleWaiters: (() => void)[] = [];

  /** `refresh` MUST NOT reject: a failure is its own to handle. */
  constructor(options: { readonly concurrency: number; readonly refresh: (dockerId: DockerId) => Promise<void> }) {
    this.#concurrency = options.concurrency;
    this.#refresh = options.refresh;
  }

  /** Asks for a refresh that begins after this call. One that is under way for the same container is followed by another. */
  request(dockerId: DockerId, urgency: "urgent" | "routine"): void {
    if (urgency === "urgent") {
      this.#urgent.add(dockerId);
      this.#routine.delete(dockerId);
    } else if (!this.#urgent.has(dockerId)) {
      this.#routine.add(dockerId);
    }
    this.#startNext();
  }

  /** Resolves as soon as nothing is asked for and nothing runs. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#settleIfIdle();
    });
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.#urgent.clear();
    this.#routine.clear();
    this.#settleIfIdle();
  }

  #startNext(): void {
    for (const waiting of [this.#urgent, this.#routine]) {
      for (const dockerId of waiting) {
        if (this.#running.size >= this.#concurrency) return;
        if (this.#running.has(dockerId)) continue;
        waiting.delete(dockerId);
        this.#running.add(dockerId);
        void this.#refresh(dockerId).then(() => {
          this.#running.delete(dockerId);
          this.#startNext();
          this.#settleIfIdle();
        });
      }
    }
  }

  #settleIfIdle(): void {
    if (this.#urgent.size + this.#routine.size + this.#running.size > 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
