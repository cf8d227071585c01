import type { LogRowList } from "../rows/row-list.ts";

/**
 * Where the list stands. At the end it is pinned there; anywhere else the line under the eye stays where it is, whatever
 * comes or goes above. Positions are settled while rendering, so that the rows drawn are those of the new position.
 */

export const ROW_PX = 20;

/** What it needs of the virtualizer. */
export type ScrollVirtualizer = {
  /** Layout position, px; written to before the visible range is asked for. */
  scrollOffset: number | null;
  readonly scrollRect: { readonly height: number } | null;
  /** Where a row begins, px; `undefined` when there is none. */
  startOf(row: number): number | undefined;
  getTotalSize(): number;
  getVirtualItemForOffset(offset: number): { readonly index: number } | undefined;
};

/** What it needs of the element that scrolls. */
export type ScrollElement = Pick<HTMLElement, "scrollTop" | "scrollHeight" | "clientHeight">;

type Anchor = {
  readonly seq: number;
  /** From the top of the viewport to the top of the line, px. */
  readonly offsetPx: number;
};

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

  /** While rendering: chooses the position for these rows. */
  prepare(virtualizer: ScrollVirtualizer, rows: LogRowList, isFollowing: boolean): void {
    if (isFollowing !== this.#wasFollowing) {
      this.#isPinned = isFollowing;
      this.#wasFollowing = isFollowing;
    }
    this.#wantedTop = this.#positionFor(virtualizer, rows);
    if (this.#wantedTop !== null) virtualizer.scrollOffset = this.#wantedTop;
  }

  /** After the rows are in the document, before they are painted. */
  settle(element: ScrollElement, virtualizer: ScrollVirtualizer, rows: LogRowList): void {
    if (this.#isPinned) {
      this.pin(element);
      this.#capture(element, virtualizer, rows);
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
  scrolled(element: ScrollElement, virtualizer: ScrollVirtualizer, rows: LogRowList): "leftEnd" | "reachedEnd" | null {
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
    if (!this.#isPinned) this.#capture(element, virtualizer, rows);
    if (hasLeft) return "leftEnd";
    return hasReached ? "reachedEnd" : null;
  }

  /** The next render shows this line in the middle. */
  jumpTo(seq: number, viewportPx: number): void {
    this.#isPinned = false;
    this.#wasFollowing = false;
    this.#isJumping = true;
    this.#anchor = { seq, offsetPx: Math.max(0, Math.round(viewportPx / 2) - ROW_PX) };
  }

  /** The line stays this far below the top of the viewport, whatever is shown around it from now on. */
  hold(seq: number, offsetPx: number): void {
    this.#isPinned = false;
    this.#wasFollowing = false;
    this.#isJumping = true;
    this.#anchor = { seq, offsetPx };
  }

  /** The next render begins with the first row. */
  jumpToStart(firstSeq: number, rowsAbove: number): void {
    this.#isPinned = false;
    this.#wasFollowing = false;
    this.#isJumping = true;
    this.#anchor = { seq: firstSeq, offsetPx: rowsAbove * ROW_PX };
  }

  #positionFor(virtualizer: ScrollVirtualizer, rows: LogRowList): number | null {
    const viewportPx = virtualizer.scrollRect?.height ?? 0;
    const endTop = Math.max(0, virtualizer.getTotalSize() - viewportPx);
    if (this.#isPinned) return endTop;
    if (this.#anchor === null) return null;
    const row = rows.rowOf(this.#anchor.seq);
    const start = virtualizer.startOf(row);
    if (start === undefined) return null;
    const top = Math.min(endTop, Math.max(0, start - this.#anchor.offsetPx));
    return Math.abs(top - (virtualizer.scrollOffset ?? 0)) < SAME_PX ? null : top;
  }

  /** Remembers the first line in view. Holes above it may fill: they are no anchor. */
  #capture(element: ScrollElement, virtualizer: ScrollVirtualizer, rows: LogRowList): void {
    const top = element.scrollTop;
    const item = virtualizer.getVirtualItemForOffset(top);
    if (item === undefined) return;
    for (let row = item.index; row < Math.min(rows.count, item.index + 3); row++) {
      const entry = rows.at(row);
      const start = virtualizer.startOf(row);
      if (start === undefined || (entry.kind !== "line" && entry.kind !== "loss")) continue;
      this.#anchor = { seq: entry.seq, offsetPx: start - top };
      return;
    }
  }
}
