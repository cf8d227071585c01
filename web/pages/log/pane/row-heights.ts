import type { LogRowList, RowRun } from "../rows/row-list.ts";
import { ROW_PX } from "./pane-scroll.ts";

/**
 * Where rows begin that are not all of one height. What a row takes beyond the least height is kept by its key, so that rows which move
 * keep theirs; sums are taken per run of rows. A row that was never drawn counts with the least height.
 */

/** What it needs of the rows. */
export type RowRuns = Pick<LogRowList, "count" | "runs">;

const BLOCK_LINES = 1_024;
/** Heights of lines that are gone are forgotten when there are so many blocks more than lines need. */
const SLACK_BLOCKS = 16;

export class RowHeights {
  /** By number of the line; px beyond `ROW_PX`. */
  readonly #blocks = new Map<number, Uint32Array>();
  /** Of rows whose key is below 0: few. */
  readonly #others = new Map<number, number>();
  #rows: RowRuns | null = null;
  #isStale = true;
  /** px beyond the least height in front of each run, and behind the last one. */
  #before = new Float64Array(1);

  show(rows: RowRuns): void {
    if (rows === this.#rows) return;
    this.#rows = rows;
    this.#isStale = true;
    if (this.#blocks.size > rows.runs.length + SLACK_BLOCKS) this.#forgetGone(rows);
  }

  /** Every height is another one now. */
  forget(): void {
    this.#blocks.clear();
    this.#others.clear();
    this.#isStale = true;
  }

  /** The row with this key is `px` high. True when that is news. */
  set(key: number, px: number): boolean {
    const extra = Math.max(0, Math.round(px) - ROW_PX);
    if (extra === this.#extraOf(key)) return false;
    this.#isStale = true;
    if (key < 0) {
      this.#others.set(key, extra);
      return true;
    }
    const number = Math.floor(key / BLOCK_LINES);
    const block = this.#blocks.get(number) ?? new Uint32Array(BLOCK_LINES);
    this.#blocks.set(number, block);
    block[key % BLOCK_LINES] = extra;
    return true;
  }

  get totalPx(): number {
    const before = this.#sums();
    return (this.#rows?.count ?? 0) * ROW_PX + (before[before.length - 1] ?? 0);
  }

  /** px; only for a row that there is. */
  startOf(row: number): number {
    const runs = this.#rows?.runs ?? [];
    const at = lastRun(runs, (run) => run.firstRow <= row);
    const run = runs[at];
    if (run === undefined) return 0;
    return row * ROW_PX + (this.#sums()[at] ?? 0) + this.#extraIn(run, row - run.firstRow);
  }

  heightOf(row: number): number {
    const runs = this.#rows?.runs ?? [];
    const run = runs[lastRun(runs, ({ firstRow }) => firstRow <= row)];
    return ROW_PX + (run === undefined ? 0 : this.#extraOf(keyIn(run, row - run.firstRow)));
  }

  /** The row at `px` from the top, or the nearest one; −1 when there is none. */
  rowAt(px: number): number {
    const runs = this.#rows?.runs ?? [];
    const before = this.#sums();
    const at = Math.max(
      0,
      lastRun(runs, (run, index) => run.firstRow * ROW_PX + (before[index] ?? 0) <= px),
    );
    const run = runs[at];
    if (run === undefined) return -1;
    let bottom = run.firstRow * ROW_PX + (before[at] ?? 0);
    for (let row = 0; row < run.rowCount; row++) {
      bottom += ROW_PX + this.#extraOf(keyIn(run, row));
      if (px < bottom) return run.firstRow + row;
    }
    return run.firstRow + run.rowCount - 1;
  }

  #sums(): Float64Array {
    if (!this.#isStale) return this.#before;
    this.#isStale = false;
    const runs = this.#rows?.runs ?? [];
    this.#before = new Float64Array(runs.length + 1);
    let sum = 0;
    for (const [index, run] of runs.entries()) {
      sum += this.#extraIn(run, run.rowCount);
      this.#before[index + 1] = sum;
    }
    return this.#before;
  }

  /** px beyond the least height of the first `rows` rows of a run. */
  #extraIn(run: RowRun, rows: number): number {
    let sum = 0;
    if (run.indexes !== null || run.baseKey < 0) {
      for (let row = 0; row < rows; row++) sum += this.#extraOf(keyIn(run, row));
      return sum;
    }
    const endKey = run.baseKey + run.from + rows;
    for (let key = run.baseKey + run.from; key < endKey; ) {
      const number = Math.floor(key / BLOCK_LINES);
      const blockEnd = Math.min(endKey, (number + 1) * BLOCK_LINES);
      const block = this.#blocks.get(number);
      // In a burst this is the loop that runs over everything held, with every frame.
      if (block !== undefined) {
        const last = blockEnd - number * BLOCK_LINES;
        for (let index = key - number * BLOCK_LINES; index < last; index++) sum += block[index] ?? 0;
      }
      key = blockEnd;
    }
    return sum;
  }

  #extraOf(key: number): number {
    if (key < 0) return this.#others.get(key) ?? 0;
    return this.#blocks.get(Math.floor(key / BLOCK_LINES))?.[key % BLOCK_LINES] ?? 0;
  }

  #forgetGone({ runs }: RowRuns): void {
    const held = new Set<number>();
    for (const run of runs) {
      if (run.baseKey < 0) continue;
      held.add(Math.floor(keyIn(run, 0) / BLOCK_LINES));
      held.add(Math.floor(keyIn(run, run.rowCount - 1) / BLOCK_LINES));
    }
    for (const number of this.#blocks.keys()) if (!held.has(number)) this.#blocks.delete(number);
  }
}

const keyIn = ({ baseKey, from, indexes }: RowRun, row: number): number =>
  baseKey + (indexes === null ? from + row : (indexes[row] ?? 0));

/** The last run for which `isBefore` holds, which it does for all in front of it; −1 when there is none. */
const lastRun = (runs: readonly RowRun[], isBefore: (run: RowRun, index: number) => boolean): number => {
  let low = -1;
  let high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const run = runs[middle];
    if (run !== undefined && isBefore(run, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
};
