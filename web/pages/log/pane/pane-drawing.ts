import type { LineMatcher } from "../../../workers/pattern.ts";
import type { RowElement, RowLook, RowState } from "../line/row-element.ts";
import type { LogElements } from "../log-elements.ts";
import { NO_ROWS } from "../rows/log-rows.ts";
import type { LogRow, LogRowList } from "../rows/row-list.ts";
import { ActiveLine } from "./active-line.ts";
import { OpenButton } from "./open-button.ts";
import type { PaneScroll } from "./pane-scroll.ts";
import { RowPainter } from "./row-painter.ts";
import { RowWindow } from "./row-window.ts";
import { type SelectedText, selectedText } from "./text-selection.ts";

/** Puts the rows that are on screen into the document, whenever there are others: new lines, another position, another size. */

/** What is shown, and how. */
export type PaneContent = {
  /** The rows at this moment. */
  readonly rowsNow: () => LogRowList;
  readonly isFollowing: boolean;
  readonly isWrapped: boolean;
  readonly look: RowLook;
  readonly statesOf: (rows: LogRowList) => (row: LogRow, index: number) => RowState;
  readonly matcher: LineMatcher | null;
  readonly currentSeq: number | null;
  readonly openSeq: number | null;
};

export type PaneEvents = {
  /** Somebody has left the end, or reached it; `null`: just scrolled. */
  readonly onScrolled: (event: "leftEnd" | "reachedEnd" | null) => void;
  /** Rows `first` to `last` are in view. */
  readonly onDrawn: (first: number, last: number) => void;
};

/** Heights that are known only after drawing may bring other rows into view; rows are never lower than was thought. */
const MOST_ROUNDS = 4;

/** Rows drawn above and below those in view, so that a scroll shows no emptiness; while lines rush by they are work for nothing. */
const AROUND = 10;
const FEW_AROUND = 4;

export class PaneDrawing {
  readonly #elements: LogElements;
  readonly #scroll: PaneScroll;
  readonly #painter = new RowPainter();
  readonly #window = new RowWindow();
  readonly #activeLine = new ActiveLine();
  readonly #openButton = new OpenButton();
  #content: PaneContent | null = null;
  #rows: LogRowList = NO_ROWS;
  /** Its ends are drawn also when they are not on screen, or the selection would be lost. */
  #selected: SelectedText | null = null;

  constructor(elements: LogElements, scroll: PaneScroll) {
    this.#elements = elements;
    this.#scroll = scroll;
  }

  /** The rows that were drawn last. */
  get rows(): LogRowList {
    return this.#rows;
  }

  /** The line that the button beside the rows opens. */
  get openableSeq(): number | null {
    return this.#openButton.seq;
  }

  /** After the pane is in the document, before it is painted. Gives the rows in view. */
  draw(content: PaneContent): readonly [first: number, last: number] {
    this.#content = content;
    this.#draw();
    return this.#window.range();
  }

  /** Draws the same content with the rows that there are by now. */
  refresh(): readonly [first: number, last: number] {
    this.#draw();
    return this.#window.range();
  }

  /** Draws by itself when the pane is scrolled or gets another size, and when text is selected, until `signal` aborts. */
  listen({ onScrolled, onDrawn }: PaneEvents, signal: AbortSignal): void {
    const { pane } = this.#elements;
    if (pane === null) return;
    const redraw = (): void => {
      this.#draw();
      onDrawn(...this.#window.range());
    };
    const scrolled = (): void => {
      if (this.#content === null) return;
      onScrolled(this.#scroll.scrolled(pane, this.#window, this.#rows));
      if (this.#window.look(pane)) redraw();
    };
    let widthPx = pane.clientWidth;
    const observer = new ResizeObserver(() => {
      if (pane.clientWidth !== widthPx) this.#window.forget();
      widthPx = pane.clientWidth;
      this.#window.look(pane);
      redraw();
    });
    observer.observe(pane);
    signal.addEventListener("abort", () => observer.disconnect());
    pane.addEventListener("scroll", scrolled, { signal, passive: true });
    const pointed = ({ target }: PointerEvent): void => {
      if (target instanceof Element) this.#painter.pointedAt(target);
    };
    pane.addEventListener("pointerover", pointed, { signal, passive: true });
    document.addEventListener("selectionchange", () => this.#takeSelection(pane), { signal });
  }

  /** The pointer came to this line, or to none. */
  pointAt(seq: number | null): void {
    this.#openButton.pointAt(seq);
    this.#showCurrent();
  }

  /** What belongs to one row only. */
  #showCurrent(): void {
    const { pane, opener } = this.#elements;
    const content = this.#content;
    if (pane === null || content === null) return;
    const { currentSeq, openSeq } = content;
    const rowOf = (seq: number): RowElement | undefined => this.#painter.rowOf(seq);
    this.#activeLine.show(pane, currentSeq === null ? undefined : rowOf(currentSeq));
    if (opener !== null) this.#openButton.show(opener, pane, { currentSeq, openSeq, rowOf });
  }

  #takeSelection(pane: HTMLElement): void {
    this.#selected = selectedText(pane);
  }

  #draw(): void {
    const { pane, list } = this.#elements;
    const content = this.#content;
    if (pane === null || list === null || content === null) return;
    const { isFollowing, isWrapped, look, matcher } = content;
    const rows = content.rowsNow();
    const stateOf = content.statesOf(rows);
    this.#rows = rows;
    this.#window.show(rows, isWrapped, look.columns);
    if (this.#window.viewportPx === 0) this.#window.look(pane);
    const around = isFollowing ? FEW_AROUND : AROUND;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#scroll.prepare(this.#window, rows, isFollowing);
      const items = this.#window.items(around, this.#selectedRows(rows));
      this.#painter.paint(list, { rows, items, look, isRushing: isFollowing, stateOf });
      const height = `${this.#window.totalPx}px`;
      if (list.style.height !== height) list.style.height = height;
      this.#scroll.settle(pane, this.#window, rows);
      if (!isWrapped || !this.#measure()) break;
    }
    this.#scroll.rest(pane, this.#window, rows);
    this.#painter.highlight(matcher);
    this.#showCurrent();
  }

  /** True when rows begin elsewhere than was thought. */
  #measure(): boolean {
    let isNews = false;
    for (const { key, element } of this.#painter.drawn()) {
      if (this.#window.measured(key, element.offsetHeight)) isNews = true;
    }
    return isNews;
  }

  #selectedRows(rows: LogRowList): readonly number[] {
    if (this.#selected === null) return [];
    const { anchor, focus } = this.#selected;
    return [anchor.seq, focus.seq].filter((seq) => rows.shows(seq)).map((seq) => rows.rowOf(seq));
  }
}
