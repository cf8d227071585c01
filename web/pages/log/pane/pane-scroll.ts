import type { LogRowList } from "../rows/row-list.ts";

/**
 * Where the list stands. At the end it is pinned there; anywhere else the line under the eye stays where it is, whatever
 * comes or goes above. Positions are chosen before rows are drawn, so that those drawn are the rows of the new position.
 */

export const ROW_PX = 20;

/** What it needs to know of where rows are. */
export type ScrolledRows = {
  /** Layout position, px; written to before the visible range is asked for. */
  scrollOffset: number;
  readonly viewportPx: number;
  readonly totalPx: number;
  /** Where a row begins, px; `undefined` when there is none. */
  startOf(row: number): number | undefined;
  /** The row at `px` from the top, or the nearest one; −1 when there is none. */
  rowAt(px: number): number;
};

/** What it needs of the element that scrolls. */
export type ScrollElement = Pick<HTMLElement, "scrollTop" | "scrollHeight" | "clientHeight">;

type Anchor = {
  readonly seq: number;
  /** From the top of the viewport to the top of the line, px. */
  readonly offsetPx: number;
};

/** Farther down than any line can be: the list then stands at its beginning. */
const TO_START_PX = Number.MAX_SAFE_INTEGER;
/** Closer than this is the same place: browsers round positions. */
const SAME_PX = 1;

export class PaneScroll {
  #isPinned = true;
  /** The last thing the view said; only a change of it pins or releases again. */
  #wasFollowing = true;
  #anchor: Anchor | null = null;
  #lastTop = 0;
  #wantedTop: number | null = null;
  /** Somebody wants to be elsewhere, and no render has taken them there yet: where the list stands now says nothing. */
  #isJumping = false;

  /** The line at the top of the viewport; `null` at the end. */
  get readingSeq(): number | null {
    return this.#isPinned ? null : (this.#anchor?.seq ?? null);
  }

  /** The line at the top of the viewport, wherever that is. */
  get topSeq(): number | null {
    return this.#anchor?.seq ?? null;
  }

  /** Before drawing: chooses the position for these rows. */
  prepare(place: ScrolledRows, rows: LogRowList, isFollowing: boolean): void {
    if (isFollowing !== this.#wasFollowing) {
      this.#isPinned = isFollowing;
      this.#wasFollowing = isFollowing;
    }
    this.#wantedTop = this.#positionFor(place, rows);
    if (this.#wantedTop !== null) place.scrollOffset = this.#wantedTop;
  }

  /** After the rows are in the document, before they are painted. */
  settle(element: ScrollElement, place: ScrolledRows, rows: LogRowList): void {
    if (this.#isPinned) {
      this.pin(element);
      this.#capture(element, place, rows);
    } else if (this.#wantedTop !== null) {
      element.scrollTop = this.#wantedTop;
      this.#lastTop = element.scrollTop;
    }
    if (rows.count > 0) this.#isJumping = false;
  }

  /** Keeps the end in view, for a viewport that has changed its height. */
  pin(element: ScrollElement): void {
    if (!this.#isPinned) return;
    const endTop = element.scrollHeight - element.clientHeight;
    if (Math.abs(element.scrollTop - endTop) > 0.5) element.scrollTop = endTop;
    this.#lastTop = element.scrollTop;
  }

  /** The element has scrolled, by hand or by us. Says when somebody left the end, or reached it. */
  scrolled(element: ScrollElement, place: ScrolledRows, rows: LogRowList): "leftEnd" | "reachedEnd" | null {
    const top = element.scrollTop;
    if (this.#isJumping) {
      this.#lastTop = top;
      return null;
    }
    const belowPx = element.scrollHeight - element.clientHeight - top;
    const hasLeft = this.#isPinned && top < this.#lastTop - SAME_PX && belowPx > SAME_PX;
    const hasReached = !this.#isPinned && top > this.#lastTop + 0.5 && belowPx <= 2;
    this.#lastTop = top;
    if (hasLeft) this.#isPinned = false;
    if (!this.#isPinned) this.#capture(element, place, rows);
    if (hasLeft) return "leftEnd";
    return hasReached ? "reachedEnd" : null;
  }

  /** The next render shows this line in the middle. */
  jumpTo(seq: number, viewportPx: number): void {
    this.#isPinned = false;
    this.#isJumping = true;
    this.#anchor = { seq, offsetPx: Math.max(0, Math.round(viewportPx / 2) - ROW_PX) };
  }

  /** The line stays this far below the top of the viewport, whatever is shown around it from now on. */
  hold(seq: number, offsetPx: number): void {
    this.#isPinned = false;
    this.#isJumping = true;
    this.#anchor = { seq, offsetPx };
  }

  /** The next drawing begins with the first row, however high those in front of the first line are. */
  jumpToStart(firstSeq: number): void {
    this.hold(firstSeq, TO_START_PX);
  }

  /** The rows drawn have their heights: what was only a direction becomes a place. */
  rest(element: ScrollElement, place: ScrolledRows, rows: LogRowList): void {
    if (this.#anchor?.offsetPx === TO_START_PX) this.#capture(element, place, rows);
  }

  #positionFor(place: ScrolledRows, rows: LogRowList): number | null {
    const endTop = Math.max(0, place.totalPx - place.viewportPx);
    if (this.#isPinned) return endTop;
    if (this.#anchor === null) return null;
    const row = rows.rowOf(this.#anchor.seq);
    const start = place.startOf(row);
    if (start === undefined) return null;
    const top = Math.min(endTop, Math.max(0, start - this.#anchor.offsetPx));
    return Math.abs(top - place.scrollOffset) < SAME_PX ? null : top;
  }

  /** Remembers the first line from the top on, which may be below what is in view. Holes above it may fill: they are no anchor. */
  #capture(element: ScrollElement, place: ScrolledRows, rows: LogRowList): void {
    const top = element.scrollTop;
    const first = place.rowAt(top);
    if (first < 0) return;
    this.#anchor = null;
    for (let row = first; row < rows.count; row++) {
      const entry = rows.at(row);
      const start = place.startOf(row);
      if (start === undefined || (entry.kind !== "line" && entry.kind !== "loss")) continue;
      this.#anchor = { seq: entry.seq, offsetPx: start - top };
      return;
    }
  }
}
