import fc from "fast-check";
import { expect, test } from "vitest";
import type { RowRun } from "../rows/row-list.ts";
import { ROW_PX } from "./pane-scroll.ts";
import { RowHeights, type RowRuns } from "./row-heights.ts";

/** Rows with these keys, as runs of lines of one chunk each; a negative key is a row of its own. */
const rowsOf = (keys: readonly number[], isIndexed: boolean): RowRuns => {
  const runs: RowRun[] = [];
  for (const [row, key] of keys.entries()) {
    const last = runs.at(-1);
    const isNext = last !== undefined && last.baseKey >= 0 && key === (keys[row - 1] ?? 0) + 1;
    if (isNext) runs[runs.length - 1] = { ...last, rowCount: last.rowCount + 1 };
    else
      runs.push({ firstRow: row, rowCount: 1, baseKey: key < 0 ? key : key - 3, from: key < 0 ? 0 : 3, indexes: null });
  }
  const indexed = ({ rowCount, from, baseKey, ...run }: RowRun): RowRun =>
    baseKey < 0
      ? { ...run, rowCount, from, baseKey }
      : { ...run, rowCount, from, baseKey, indexes: Uint32Array.from({ length: rowCount }, (_, at) => from + at) };
  return { count: keys.length, runs: isIndexed ? runs.map(indexed) : runs };
};

const keys = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 3, max: 4_000 }), fc.integer({ min: -5, max: -1 })), { maxLength: 60 })
  .map((found) => found.toSorted((one, other) => one - other));

test("rows begin where those before them end, whatever was measured, and are found there", () => {
  fc.assert(
    fc.property(
      keys,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: ROW_PX, max: 3_000 }))),
      fc.boolean(),
      (present, measured, isIndexed) => {
        const heights = new RowHeights();
        heights.show(rowsOf(present, isIndexed));
        const known = new Map<number, number>();
        for (const [at, px] of measured) {
          const key = present[at % Math.max(1, present.length)];
          if (key === undefined) continue;
          expect(heights.set(key, px)).toBe((known.get(key) ?? ROW_PX) !== px);
          known.set(key, px);
        }
        let top = 0;
        for (const [row, key] of present.entries()) {
          const px = known.get(key) ?? ROW_PX;
          expect(heights.startOf(row)).toBe(top);
          expect(heights.heightOf(row)).toBe(px);
          expect([heights.rowAt(top), heights.rowAt(top + px - 1)]).toEqual([row, row]);
          top += px;
        }
        expect(heights.totalPx).toBe(top);
        expect(heights.rowAt(top + 100)).toBe(present.length - 1);
      },
    ),
  );
});

test("heights go along with their lines when others come and go, and those of hidden lines do not count", () => {
  const heights = new RowHeights();
  heights.show(rowsOf([10, 11, 12], false));
  heights.set(11, 60);
  heights.show(rowsOf([8, 9, 10, 11, 12], false));
  expect(heights.startOf(4)).toBe(4 * ROW_PX + 40);
  heights.show(rowsOf([8, 9, 10, 12], true));
  expect(heights.totalPx).toBe(4 * ROW_PX);
  heights.show(rowsOf([10, 11, 12], false));
  expect(heights.totalPx).toBe(3 * ROW_PX + 40);
  heights.forget();
  expect(heights.totalPx).toBe(3 * ROW_PX);
});
