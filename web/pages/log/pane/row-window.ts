import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useReducer, useState } from "react";
import type { LogElements } from "../log-elements.ts";
import type { LogRowList } from "../rows/row-list.ts";
import { ROW_PX, type ScrollVirtualizer } from "./pane-scroll.ts";
import type { PaintedItem } from "./row-painter.ts";
import { useSelectedRows } from "./use-selected-rows.ts";

/**
 * Which rows are on screen. Rows of one height are counted out, whatever their number; only wrapped ones are measured, and
 * the library that does it walks through all of them with every frame of new lines.
 */

export type RowWindow = ScrollVirtualizer & {
  readonly items: () => readonly PaintedItem[];
  /** First and last row in view. */
  readonly range: () => readonly [first: number, last: number];
  /** After the rows are in the document: takes their real heights. */
  readonly measure: (pane: HTMLElement) => void;
  /** Every height is another one now. */
  readonly forget: () => void;
};

const OVERSCAN_ROWS = 10;
/** Measured heights of rows that are gone are forgotten now and then. */
const MEASURED_SLACK = 5_000;

export const useRowWindow = (elements: LogElements, rows: LogRowList, isWrapped: boolean): RowWindow => {
  const extraRows = useSelectedRows(elements, rows);
  const fixed = useFixedWindow(elements, rows, extraRows, !isWrapped);
  const measured = useMeasuredWindow(elements, rows, extraRows, isWrapped);
  return isWrapped ? measured : fixed;
};

type Extra = () => readonly number[];

const withExtra = (first: number, last: number, extra: readonly number[]): readonly number[] => {
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  return extra.length === 0 ? drawn : [...new Set([...drawn, ...extra])].toSorted((one, other) => one - other);
};

class FixedWindow implements RowWindow {
  scrollOffset: number | null = 0;
  scrollRect: { readonly height: number } | null = null;
  #count = 0;
  #extra: Extra = () => [];

  /** What there is to show. */
  show(count: number, extra: Extra): void {
    this.#count = count;
    this.#extra = extra;
  }

  /** Where the element stands, and how much of it is seen. Says whether other rows are in view now. */
  look(pane: HTMLElement): boolean {
    const [first, last] = this.range();
    this.scrollRect = { height: pane.clientHeight };
    this.scrollOffset = pane.scrollTop;
    const [nextFirst, nextLast] = this.range();
    return first !== nextFirst || last !== nextLast;
  }

  getTotalSize(): number {
    return this.#count * ROW_PX;
  }

  startOf(row: number): number | undefined {
    return row >= 0 && row < this.#count ? row * ROW_PX : undefined;
  }

  getVirtualItemForOffset(offset: number): { readonly index: number } | undefined {
    if (this.#count === 0) return undefined;
    return { index: Math.min(this.#count - 1, Math.max(0, Math.floor(offset / ROW_PX))) };
  }

  readonly range = (): readonly [number, number] => {
    const top = this.scrollOffset ?? 0;
    const height = this.scrollRect?.height ?? 0;
    const last = Math.min(this.#count, Math.ceil((top + height) / ROW_PX)) - 1;
    return [Math.min(Math.max(0, last), Math.floor(top / ROW_PX)), last];
  };

  readonly items = (): readonly PaintedItem[] => {
    if (this.#count === 0 || this.scrollRect === null) return [];
    const [first, last] = this.range();
    const from = Math.max(0, first - OVERSCAN_ROWS);
    const to = Math.min(this.#count - 1, last + OVERSCAN_ROWS);
    return withExtra(from, to, this.#extra()).map((index) => ({ index, start: index * ROW_PX }));
  };

  readonly measure = (): void => {};
  readonly forget = (): void => {};
}

const useFixedWindow = (elements: LogElements, rows: LogRowList, extra: Extra, isOn: boolean): RowWindow => {
  const [window] = useState(() => new FixedWindow());
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  window.show(rows.count, extra);
  useLayoutEffect(() => {
    const { pane } = elements;
    if (pane === null || !isOn) return;
    const take = (): void => {
      window.look(pane);
      redraw();
    };
    const onScroll = (): void => {
      if (window.look(pane)) redraw();
    };
    take();
    const observer = new ResizeObserver(take);
    observer.observe(pane);
    pane.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      pane.removeEventListener("scroll", onScroll);
    };
  }, [elements, window, isOn]);
  return window;
};

type Measuring = Virtualizer<HTMLDivElement, HTMLDivElement>;

class MeasuredWindow implements RowWindow {
  readonly #virtualizer: Measuring;
  readonly #rows: LogRowList;

  constructor(virtualizer: Measuring, rows: LogRowList) {
    this.#virtualizer = virtualizer;
    this.#rows = rows;
    // Where the list stands is the business of `PaneScroll` alone.
    virtualizer.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  }

  get scrollOffset(): number | null {
    return this.#virtualizer.scrollOffset;
  }

  set scrollOffset(offset: number | null) {
    this.#virtualizer.scrollOffset = offset;
  }

  get scrollRect(): { readonly height: number } | null {
    return this.#virtualizer.scrollRect;
  }

  getTotalSize(): number {
    return this.#virtualizer.getTotalSize();
  }

  startOf(row: number): number | undefined {
    return this.#virtualizer.measurementsCache[row]?.start;
  }

  getVirtualItemForOffset(offset: number): { readonly index: number } | undefined {
    return this.#virtualizer.getVirtualItemForOffset(offset);
  }

  readonly range = (): readonly [number, number] => {
    const { range } = this.#virtualizer;
    return [range?.startIndex ?? 0, Math.min(range?.endIndex ?? 0, this.#rows.count - 1)];
  };

  readonly items = (): readonly PaintedItem[] => this.#virtualizer.getVirtualItems();

  readonly measure = (pane: HTMLElement): void => {
    for (const element of pane.querySelectorAll<HTMLElement>("[data-index]")) {
      this.#virtualizer.resizeItem(Number(element.dataset.index), element.offsetHeight);
    }
  };

  readonly forget = (): void => this.#virtualizer.measure();
}

const useMeasuredWindow = (elements: LogElements, rows: LogRowList, extra: Extra, isOn: boolean): RowWindow => {
  const getItemKey = useCallback((row: number) => rows.keyAt(row), [rows]);
  const rangeExtractor = useCallback(
    ({ startIndex, endIndex, overscan, count }: Parameters<NonNullable<Measuring["options"]["rangeExtractor"]>>[0]) => [
      ...withExtra(Math.max(0, startIndex - overscan), Math.min(count - 1, endIndex + overscan), extra()),
    ],
    [extra],
  );
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: isOn ? rows.count : 0,
    enabled: isOn,
    getScrollElement: () => elements.pane,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    getItemKey,
    rangeExtractor,
  });
  useEffect(() => {
    const sizes = virtualizer.itemSizeCache;
    if (sizes.size <= rows.count + MEASURED_SLACK) return;
    for (const key of sizes.keys()) {
      if (typeof key === "number" && key >= 0 && !rows.shows(key)) sizes.delete(key);
    }
  }, [virtualizer, rows]);
  return new MeasuredWindow(virtualizer, rows);
};
