/** The moment that something beside the charts stands for, ms since the epoch; `null`: none. Charts set their cursors to it. */
export class ShownMoment {
  readonly #listeners = new Set<(atMs: number | null) => void>();
  #atMs: number | null = null;

  show(atMs: number | null): void {
    if (atMs === this.#atMs) return;
    this.#atMs = atMs;
    for (const listener of this.#listeners) listener(atMs);
  }

  /** Calls `listener` with every change; returns the function that ends it. */
  subscribe(listener: (atMs: number | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Of the page. */
export const shownMoment = new ShownMoment();
