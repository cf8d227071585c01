/** Who wants to be told. Telling survives listeners that leave while being told. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  /** Returns what removes it again. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  get size(): number {
    return this.#listeners.size;
  }

  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
