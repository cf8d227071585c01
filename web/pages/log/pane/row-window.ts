import type { ColumnsLook } from "../columns/columns.ts";
import type { LogRowList } from "../rows/row-list.ts";
import { ROW_PX, type ScrolledRows } from "./pane-scroll.ts";
import { RowHeights } from "./row-heights.ts";

/**
 * Which rows are on screen. Rows of one height are counted out, whatever their number; wrapped ones are measured once they are drawn.
 * Nothing here reads the layout but `look`.
 */

export type PlacedRow = { readonly index: number; readonly start: number };

export class RowWindow implements ScrolledRows {
  scrollOffset = 0;
  viewportPx = 0;
  readonly #heights = new RowHeights();
  #rows: LogRowList | null = null;
  #isWrapped = false;
  #columns: ColumnsLook | null = null;

  /** What there is to show. */
  show(rows: LogRowList, isWrapped: boolean, columns: ColumnsLook | null = null): void {
    // Heights belong to one way of showing lines.
    if (isWrapped !== this.#isWrapped || columns !== this.#columns) this.#heights.forget();
    this.#isWrapped = isWrapped;
    this.#columns = columns;
    this.#rows = rows;
    if (isWrapped) this.#heights.show(rows);
  }

  /** Where the element stands, and how much of it is seen. Says whether other rows are in view now. */
  look(pane: Pick<HTMLElement, "scrollTop" | "clientHeight">): boolean {
    const [first, last] = this.range();
    this.viewportPx = pane.clientHeight;
    this.scrollOffset = pane.scrollTop;
    const [nextFirst, nextLast] = this.range();
    return first !== nextFirst || last !== nextLast;
  }

  get totalPx(): number {
    return this.#isWrapped ? this.#heights.totalPx : this.#count * ROW_PX;
  }

  startOf(row: number): number | undefined {
    if (row < 0 || row >= this.#count) return undefined;
    return this.#isWrapped ? this.#heights.startOf(row) : row * ROW_PX;
  }

  rowAt(px: number): number {
    if (this.#count === 0) return -1;
    if (this.#isWrapped) return this.#heights.rowAt(px);
    return Math.min(this.#count - 1, Math.max(0, Math.floor(px / ROW_PX)));
  }

  /** First and last row in view; the last is −1 when there is none. */
  range(): readonly [first: number, last: number] {
    if (this.#count === 0 || this.viewportPx === 0) return [0, -1];
    return [this.rowAt(this.scrollOffset), this.rowAt(this.scrollOffset + this.viewportPx - 1)];
  }

  /** The rows to be drawn: those in view, so many before and behind them, and these. */
  items(around: number, extra: readonly number[]): readonly PlacedRow[] {
    const [first, last] = this.range();
    if (last < 0) return [];
    const from = Math.max(0, first - around);
    const to = Math.min(this.#count - 1, last + around);
    const items: PlacedRow[] = [];
    let start = this.startOf(from) ?? 0;
    for (let index = from; index <= to; index++) {
      items.push({ index, start });
      start += this.#isWrapped ? this.#heights.heightOf(index) : ROW_PX;
    }
    const others = extra.filter((row) => row >= 0 && row < this.#count && (row < from || row > to));
    if (others.length === 0) return items;
    const more = [...new Set(others)].map((index) => ({ index, start: this.startOf(index) ?? 0 }));
    return [...items, ...more].toSorted((one, other) => one.index - other.index);
  }

  /** The row with this key was drawn `px` high. True when rows after it begin elsewhere now. */
  measured(key: number, px: number): boolean {
    return this.#isWrapped && this.#heights.set(key, px);
  }

  get isWrapped(): boolean {
    return this.#isWrapped;
  }

  /** The width is another one: so is every height. */
  forget(): void {
    this.#heights.forget();
  }

  get #count(): number {
    return this.#rows?.count ?? 0;
  }
}
