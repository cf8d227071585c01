import { RING_BUDGET_BYTES } from "@yardarm/protocol/limits";
import type { DropCounter } from "../viewer/drop-counter.ts";
import type { Ring, RingAccount } from "./ring.ts";

/**
 * One budget for all rings of a node. Over it committed lines are given up, those of the container that was watched
 * longest ago first; the store has them. Uncommitted lines are never given up: agents' windows bound them.
 */
export class RingBudget implements RingAccount {
  // fixed
  readonly #budgetBytes: number;
  readonly #drops: DropCounter;
  // state: rings with something to give up, in the order in which they would give it
  readonly #neverWatched = new Set<Ring>();
  readonly #watched = new Set<Ring>();
  readonly #everWatched = new WeakSet<Ring>();
  #bytes = 0;

  constructor(options: { readonly drops: DropCounter; readonly budgetBytes?: number }) {
    this.#drops = options.drops;
    this.#budgetBytes = options.budgetBytes ?? RING_BUDGET_BYTES;
  }

  get bytes(): number {
    return this.#bytes;
  }

  changed(ring: Ring, deltaBytes: number): void {
    this.#bytes += deltaBytes;
    if (ring.canEvict) (this.#everWatched.has(ring) ? this.#watched : this.#neverWatched).add(ring);
    else this.#forget(ring);
  }

  balance(): void {
    if (this.#bytes > this.#budgetBytes) this.#evict();
  }

  /** Somebody watches, or just stopped watching, this container. */
  watched(ring: Ring): void {
    this.#everWatched.add(ring);
    this.#forget(ring);
    if (ring.canEvict) this.#watched.add(ring);
  }

  #forget(ring: Ring): void {
    this.#neverWatched.delete(ring);
    this.#watched.delete(ring);
  }

  #evict(): void {
    for (const rings of [this.#neverWatched, this.#watched]) {
      for (const ring of rings) {
        for (let bytes = ring.evictOldest(); bytes > 0; bytes = ring.evictOldest()) {
          this.#drops.count("ring_budget", 1, bytes);
          if (this.#bytes <= this.#budgetBytes) return;
        }
      }
    }
  }
}
