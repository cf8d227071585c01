/** Going from mark to mark (search matches, errors), round and round. */

export type MarkPlace = { readonly seq: number; readonly position: number; readonly total: number };

/** Marked lines of one chunk: `firstSeq + indexes[i]`, ascending. */
export type MarkRun = { readonly firstSeq: number; readonly indexes: Uint32Array };

/** Ascending numbers of lines, held as runs so that nothing is copied when lines come. */
export class MarkList {
  readonly count: number;
  readonly #runs: readonly MarkRun[];

  constructor(runs: readonly MarkRun[]) {
    this.#runs = runs;
    this.count = runs.reduce((sum, { indexes }) => sum + indexes.length, 0);
  }

  /** Which mark this is, counted from 1; `null` when it is none. */
  positionOf(seq: number | null): number | null {
    if (seq === null) return null;
    const before = this.#countBefore(seq);
    return this.#at(before) === seq ? before + 1 : null;
  }

  /** The next mark after `fromSeq` (or before it); past the last one the first again. `null` when there is none. */
  next(fromSeq: number | null, direction: "forward" | "backward"): MarkPlace | null {
    if (this.count === 0) return null;
    const total = this.count;
    let index: number;
    if (fromSeq === null) index = direction === "forward" ? 0 : total - 1;
    else if (direction === "forward") index = this.#countBefore(fromSeq + 1) % total;
    else index = (this.#countBefore(fromSeq) - 1 + total) % total;
    return { seq: this.#at(index) ?? 0, position: index + 1, total };
  }

  /** Each mark, ascending. */
  visit(visit: (seq: number) => void): void {
    for (const { firstSeq, indexes } of this.#runs) for (const index of indexes) visit(firstSeq + index);
  }

  #at(position: number): number | undefined {
    let left = position;
    for (const { firstSeq, indexes } of this.#runs) {
      const index = indexes[left];
      if (index !== undefined) return firstSeq + index;
      left -= indexes.length;
    }
    return undefined;
  }

  /** Marks below `seq`. */
  #countBefore(seq: number): number {
    let before = 0;
    for (const { firstSeq, indexes } of this.#runs) {
      if (indexes.length === 0) continue;
      if (firstSeq + (indexes.at(-1) ?? 0) < seq) {
        before += indexes.length;
        continue;
      }
      return before + lowerBound(indexes, seq - firstSeq);
    }
    return before;
  }
}

/** The first position whose value is `wanted` or more. */
export const lowerBound = (values: Uint32Array, wanted: number): number => {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
};
