import fc from "fast-check";
import { expect, test } from "vitest";
import { framesOf } from "../../../dev/log-samples.ts";
import { LogStore } from "../../../live/log-store.ts";
import { LogDecoding } from "../../../workers/log-decoding.ts";
import type { LogRows } from "../rows/log-rows.ts";
import { LogRowBuilder } from "../rows/row-builder.ts";
import { ALL_ROWS } from "../rows/row-list.ts";
import { ROW_PX } from "./pane-scroll.ts";
import { RowWindow } from "./row-window.ts";

const rowsOf = (count: number): LogRows => {
  const store = new LogStore();
  const lines = Array.from({ length: count }, (_, seq) => ({ text: `line ${seq}` }));
  for (const frame of framesOf(1, 0, lines)) {
    const answer = new LogDecoding().receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  const wanted = { filter: ALL_ROWS, clearedSeq: null, endSeq: null, isFolding: false, unfolded: new Set<number>() };
  return new LogRowBuilder().build({ ...wanted, store, markers: [] });
};

test.each([false, true])("the rows drawn cover what is seen, each once, in their order; wrapped: %s", (isWrapped) => {
  const heights = fc.array(fc.tuple(fc.nat(2_999), fc.integer({ min: ROW_PX, max: 400 })), { maxLength: 200 });
  fc.assert(
    fc.property(heights, fc.nat(80_000), fc.array(fc.nat(2_999), { maxLength: 2 }), (measured, top, extra) => {
      const window = new RowWindow();
      const rows = rowsOf(3_000);
      window.show(rows, isWrapped);
      for (const [key, px] of measured) window.measured(key, px);
      window.look({ scrollTop: Math.min(top, window.totalPx - 500), clientHeight: 500 });
      const items = window.items(4, extra);
      const indexes = items.map(({ index }) => index);
      expect(indexes).toEqual([...new Set(indexes)].toSorted((one, other) => one - other));
      for (const row of extra) expect(indexes).toContain(row);
      for (const { index, start } of items) expect(start).toBe(window.startOf(index));
      const [first, last] = window.range();
      for (let row = first; row <= last; row++) expect(indexes).toContain(row);
      expect(window.startOf(first)).toBeLessThanOrEqual(window.scrollOffset);
      expect(window.startOf(last + 1) ?? window.totalPx).toBeGreaterThanOrEqual(window.scrollOffset + 500);
    }),
    { numRuns: 30 },
  );
});

test("without rows, or before it is known how much is seen, nothing is drawn", () => {
  const window = new RowWindow();
  expect(window.items(4, [])).toEqual([]);
  window.show(rowsOf(10), false);
  expect(window.items(4, [])).toEqual([]);
  expect(window.look({ scrollTop: 0, clientHeight: 100 })).toBe(true);
  expect(window.look({ scrollTop: 3, clientHeight: 100 })).toBe(true);
  expect(window.look({ scrollTop: 3, clientHeight: 100 })).toBe(false);
});

test("[LOGS-13] heights of wrapped rows are those of the columns beside them", () => {
  const window = new RowWindow();
  const rows = rowsOf(10);
  const columns = { keys: ["status"], areFolded: false };
  window.show(rows, true);
  window.measured(3, 60);
  expect(window.startOf(4)).toBe(3 * ROW_PX + 60);
  window.show(rows, true, columns);
  expect(window.startOf(4)).toBe(4 * ROW_PX);
  window.measured(3, 80);
  window.show(rows, true, columns);
  expect(window.startOf(4)).toBe(3 * ROW_PX + 80);
  // Another width is another object.
  window.show(rows, true, { ...columns });
  expect(window.startOf(4)).toBe(4 * ROW_PX);
});
