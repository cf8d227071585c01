import { expect, test } from "vitest";
import { framesOf } from "../../../dev/log-samples.ts";
import { LogStore } from "../../../live/log-store.ts";
import { LogDecoding } from "../../../workers/log-decoding.ts";
import type { LogRows } from "../rows/log-rows.ts";
import { LogRowBuilder } from "../rows/row-builder.ts";
import { ALL_ROWS, type LogMarker } from "../rows/row-list.ts";
import { PaneScroll, ROW_PX, type ScrolledRows } from "./pane-scroll.ts";

const VIEWPORT_PX = 200;

const fill = (store: LogStore, fromSeq: number, endSeq: number): void => {
  const lines = Array.from({ length: endSeq - fromSeq }, (_, index) => ({ text: `line ${fromSeq + index}` }));
  for (const frame of framesOf(1, fromSeq, lines)) {
    const answer = new LogDecoding().receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
};

/** A list of rows of equal height in an element that behaves as a browser's does. */
class SmallPane implements ScrolledRows {
  readonly store = new LogStore();
  readonly scroll = new PaneScroll();
  readonly #builder = new LogRowBuilder();
  readonly viewportPx = VIEWPORT_PX;
  readonly clientHeight = VIEWPORT_PX;
  scrollOffset = 0;
  /** What stands in front of the first line. */
  markers: readonly LogMarker[] = [];
  rows: LogRows = this.#build();
  #top = 0;

  startOf(row: number): number | undefined {
    return row >= 0 && row < this.rows.count ? row * ROW_PX : undefined;
  }

  get scrollHeight(): number {
    return Math.max(VIEWPORT_PX, this.totalPx);
  }

  get scrollTop(): number {
    return Math.min(this.#top, this.scrollHeight - VIEWPORT_PX);
  }

  set scrollTop(top: number) {
    this.#top = Math.max(0, Math.min(top, this.scrollHeight - VIEWPORT_PX));
    this.scrollOffset = this.#top;
  }

  get totalPx(): number {
    return this.rows.count * ROW_PX;
  }

  rowAt(px: number): number {
    return Math.min(this.rows.count - 1, Math.floor(px / ROW_PX));
  }

  render(isFollowing: boolean): void {
    this.rows = this.#build();
    this.scroll.prepare(this, this.rows, isFollowing);
    this.scroll.settle(this, this, this.rows);
    this.scroll.rest(this, this, this.rows);
  }

  scrollBy(px: number): string | null {
    this.scrollTop += px;
    return this.scroll.scrolled(this, this, this.rows);
  }

  get topKey(): number {
    return this.rows.keyAt(Math.floor(this.scrollTop / ROW_PX));
  }

  #build(): LogRows {
    return this.#builder.build({
      store: this.store,
      filter: ALL_ROWS,
      clearedSeq: null,
      endSeq: null,
      isFolding: false,
      unfolded: new Set(),
      markers: this.markers,
    });
  }
}

const open = (fromSeq: number, endSeq: number): SmallPane => {
  const pane = new SmallPane();
  fill(pane.store, fromSeq, endSeq);
  pane.render(true);
  return pane;
};

test("following stays at the end while lines come and the oldest go", () => {
  const pane = open(0, 100);
  expect(pane.scrollTop).toBe(100 * ROW_PX - VIEWPORT_PX);
  fill(pane.store, 100, 400);
  pane.render(true);
  expect(pane.scrollTop).toBe(400 * ROW_PX - VIEWPORT_PX);
  expect(pane.scroll.readingSeq).toBeNull();
});

test("the end that moves by itself is not taken for somebody leaving it; scrolling up is", () => {
  const pane = open(0, 100);
  fill(pane.store, 100, 101);
  expect(pane.scroll.scrolled(pane, pane, pane.rows)).toBeNull();
  pane.render(true);
  expect(pane.scrollBy(-60)).toBe("leftEnd");
  expect(pane.scrollBy(-60)).toBeNull();
  expect(pane.scrollBy(60)).toBeNull();
  expect(pane.scrollBy(1_000)).toBe("reachedEnd");
});

test("a scroll to what stands in front of the lines is not taken back, however much that is", () => {
  const pane = open(0, 100);
  pane.markers = Array.from({ length: 6 }, (_, id) => ({ id, at: "start", text: "", action: null }));
  pane.render(false);
  pane.scrollBy(-100_000);
  pane.scrollBy(7 * ROW_PX);
  pane.render(false);
  expect(pane.scrollTop).toBe(7 * ROW_PX);
  pane.scrollBy(-6 * ROW_PX);
  pane.render(false);
  expect(pane.scrollTop).toBe(ROW_PX);
});

test("somebody who has just left is not pulled back by a render that does not know yet", () => {
  const pane = open(0, 100);
  pane.scrollBy(-60);
  const top = pane.scrollTop;
  pane.render(true);
  expect(pane.scrollTop).toBe(top);
});

test("the line under the eye stays when older ones are loaded above it, and when a hole at the top fills", () => {
  const pane = open(500, 700);
  pane.scrollBy(-100_000);
  pane.render(false);
  expect(pane.topKey).toBeLessThan(0);
  const line = pane.rows.keyAt(1);
  fill(pane.store, 300, 500);
  pane.render(false);
  expect(pane.rows.keyAt(Math.round(pane.scrollTop / ROW_PX) + 1)).toBe(line);
  fill(pane.store, 700, 900);
  const top = pane.scrollTop;
  pane.render(false);
  expect(pane.scrollTop).toBe(top);
});

test("a jump puts its line in the middle, also from the end", () => {
  const pane = open(0, 1_000);
  pane.scroll.jumpTo(500, VIEWPORT_PX);
  pane.render(false);
  expect(pane.topKey).toBe(496);
  expect(pane.scroll.readingSeq).toBe(500);
});

test("following again goes to the end", () => {
  const pane = open(0, 100);
  pane.scrollBy(-500);
  pane.render(false);
  pane.render(true);
  expect(pane.scrollTop).toBe(100 * ROW_PX - VIEWPORT_PX);
});

test("a viewport that grows or shrinks keeps the end in view", () => {
  const pane = open(0, 100);
  const lower = { scrollTop: pane.scrollTop, scrollHeight: 2_000, clientHeight: 120 };
  pane.scroll.pin(lower);
  expect(lower.scrollTop).toBe(1_880);
});

test("what the browser still says of the former place does not undo a jump", () => {
  const pane = open(0, 1_000);
  pane.scroll.jumpTo(200, VIEWPORT_PX);
  expect(pane.scroll.scrolled(pane, pane, pane.rows)).toBeNull();
  pane.render(false);
  expect(pane.topKey).toBeLessThanOrEqual(200);
  expect(pane.topKey).toBeGreaterThan(190);
  expect(pane.scrollBy(100_000)).toBe("reachedEnd");
});

test("a jump to the start shows the first row, and from then on the line under the eye stays when older ones come", () => {
  const pane = open(500, 1_000);
  pane.scroll.jumpToStart(500);
  pane.render(false);
  expect(pane.scrollTop).toBe(0);
  expect(pane.topKey).toBeLessThan(0);
  fill(pane.store, 300, 500);
  pane.render(false);
  expect(pane.rows.keyAt(Math.round(pane.scrollTop / ROW_PX) + 1)).toBe(500);
});

test("[LOGS-05] whoever is taken to a line stays there although a drawing that was under way follows still", () => {
  const pane = new SmallPane();
  fill(pane.store, 0, 500);
  pane.render(true);
  pane.scroll.jumpTo(100, VIEWPORT_PX);
  fill(pane.store, 500, 520);
  pane.render(true);
  const { topKey } = pane;
  expect(topKey).toBeLessThan(101);
  pane.render(false);
  expect(pane.topKey).toBe(topKey);
  pane.render(true);
  expect(pane.scrollTop).toBe(pane.scrollHeight - VIEWPORT_PX);
});
