import type { LineMatcher } from "../../../workers/pattern.ts";
import { RowElement, type RowLook, type RowState } from "../line/row-element.ts";
import { canHighlight, highlightIn } from "../line/search-highlight.ts";
import type { LogRow, LogRowList } from "../rows/row-list.ts";
import type { PlacedRow } from "./row-window.ts";

/**
 * Draws the rows on screen into their element, in order. A row that stays keeps its element, so that a selection in it
 * survives; elements of rows that left are filled with those that came.
 */

export type Paint = {
  readonly rows: LogRowList;
  readonly items: readonly PlacedRow[];
  readonly look: RowLook;
  /** Elements are used again also when none of their rows stays. */
  readonly isRushing: boolean;
  readonly stateOf: (row: LogRow, index: number) => RowState;
};

export class RowPainter {
  #byKey = new Map<number, RowElement>();
  #container: HTMLElement | null = null;
  #highlighted: LineMatcher | null = null;

  paint(container: HTMLElement, { rows, items, look, isRushing, stateOf }: Paint): void {
    if (this.#container !== container) this.#byKey.clear();
    this.#container = container;
    const keys = items.map(({ index }) => rows.keyAt(index));
    // Somebody went elsewhere: an element that showed one line here and shows another one there would count as one that moved.
    if (!isRushing && !keys.some((key) => this.#byKey.has(key))) this.#removeAll();
    const wanted = new Set(keys);
    const free: RowElement[] = [];
    for (const [key, element] of this.#byKey) if (!wanted.has(key)) free.push(element);
    let nextFree = 0;
    const unused = new Set<Element>(free.map(({ element }) => element));
    const shown = new Map<number, RowElement>();
    let before: Element | null = null;
    for (const [position, { index, start }] of items.entries()) {
      const key = keys[position] ?? 0;
      const element: RowElement = this.#byKey.get(key) ?? free[nextFree++] ?? new RowElement();
      const row = rows.at(index);
      element.show(row, key, { index, top: start }, stateOf(row, index), look);
      shown.set(key, element);
      // The order in the document is that of the lines: selections and screen readers go by it.
      let place: Element | null = before === null ? container.firstElementChild : before.nextElementSibling;
      unused.delete(element.element);
      // An element that stays is not moved past those that wait to be used: moving it would end a selection in it.
      while (place !== null && place !== element.element && unused.has(place)) place = place.nextElementSibling;
      if (place !== element.element) container.insertBefore(element.element, place);
      before = element.element;
    }
    for (; nextFree < free.length; nextFree++) free[nextFree]?.element.remove();
    this.#byKey = shown;
  }

  #removeAll(): void {
    for (const { element } of this.#byKey.values()) element.remove();
    this.#byKey.clear();
  }

  /** Marks matches in the rows that were painted last. */
  highlight(matcher: LineMatcher | null): void {
    if (!canHighlight() || (matcher === null && this.#highlighted === null)) return;
    this.#highlighted = matcher;
    const texts = [...this.#byKey.values()].flatMap((element) => element.texts);
    highlightIn(texts, matcher);
  }

  /** What somebody points at is explained. */
  pointedAt(target: Element): void {
    const part = target.closest(".yd-stamp, .yd-cell");
    const row = part?.closest(".yd-row") ?? null;
    if (part === null || row === null) return;
    for (const element of this.#byKey.values()) if (element.element === row) element.explain(part);
  }

  /** The row with this key, if it is drawn. */
  rowOf(key: number): RowElement | undefined {
    return this.#byKey.get(key);
  }

  /** The elements that stand there now. */
  drawn(): Iterable<RowElement> {
    return this.#byKey.values();
  }
}
