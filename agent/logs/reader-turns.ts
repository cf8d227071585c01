/**
 * Who of a host's containers is read, where there are more than may be read at once. Whoever has to wait loses nothing:
 * the engine's log is the buffer. Watched ones go first; the others take turns, the longest waiting next.
 */

/** As long a turn lasts at least, unless a watched container needs the place. */
export const TURN_MS = 10_000;

type Place<T> = { readonly item: T; sinceMs: number };

export type ReaderTurnsOptions<T> = {
  /** How many may have a turn at once. */
  readonly limit: number;
  isWatched(item: T): boolean;
  /** Turns go round from within `want`, `leave` and `tick`. */
  changed(item: T, hasTurn: boolean): void;
};

export class ReaderTurns<T> {
  readonly #options: ReaderTurnsOptions<T>;
  /** Both in the order of their `sinceMs`: the longest first. */
  #holding: Place<T>[] = [];
  #waiting: Place<T>[] = [];

  constructor(options: ReaderTurnsOptions<T>) {
    this.#options = options;
  }

  get limit(): number {
    return this.#options.limit;
  }

  hasTurn(item: T): boolean {
    return this.#holding.some((place) => place.item === item);
  }

  /** Asks for a turn; asking again changes nothing, unless the item is watched by now. */
  want(item: T, nowMs: number): void {
    if (this.hasTurn(item)) return;
    if (!this.#waiting.some((place) => place.item === item)) this.#waiting.push({ item, sinceMs: nowMs });
    this.tick(nowMs);
  }

  /** Has nothing to read any more. */
  leave(item: T, nowMs: number): void {
    this.#holding = this.#holding.filter((place) => place.item !== item);
    this.#waiting = this.#waiting.filter((place) => place.item !== item);
    this.tick(nowMs);
  }

  /** Gives turns that are free or over to whoever waits. */
  tick(nowMs: number): void {
    const { limit, isWatched, changed } = this.#options;
    while (this.#waiting.length > 0) {
      const next = this.#waiting.find(({ item }) => isWatched(item)) ?? (this.#waiting[0] as Place<T>);
      if (this.#holding.length >= limit) {
        const given = this.#holderToYield(next, nowMs);
        if (given === undefined) return;
        this.#holding = this.#holding.filter((place) => place !== given);
        this.#waiting.push({ item: given.item, sinceMs: nowMs });
        changed(given.item, false);
      }
      this.#waiting = this.#waiting.filter((place) => place !== next);
      this.#holding.push({ item: next.item, sinceMs: nowMs });
      changed(next.item, true);
    }
  }

  #holderToYield(next: Place<T>, nowMs: number): Place<T> | undefined {
    const { isWatched } = this.#options;
    const isForWatched = isWatched(next.item);
    const unwatched = this.#holding.find(({ item }) => !isWatched(item));
    if (isForWatched && unwatched !== undefined) return unwatched;
    // Whoever has just given up its turn does not take another's.
    if (next.sinceMs === nowMs) return undefined;
    const candidate = isForWatched ? this.#holding[0] : unwatched;
    return candidate !== undefined && nowMs - candidate.sinceMs >= TURN_MS ? candidate : undefined;
  }
}
