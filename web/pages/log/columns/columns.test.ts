import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Column,
  LEAST_WIDTH_CH,
  MOST_COLUMNS,
  MOST_WIDTH_CH,
  NO_COLUMNS,
  readColumns,
  resized,
  toggled,
  writeColumns,
} from "./columns.ts";

const columnLists: fc.Arbitrary<readonly Column[]> = fc.uniqueArray(
  fc.record({
    key: fc.string({ minLength: 1, maxLength: 64 }),
    widthCh: fc.integer({ min: LEAST_WIDTH_CH, max: MOST_WIDTH_CH }),
  }),
  { selector: ({ key }) => key, maxLength: MOST_COLUMNS },
);
const keysOf = (columns: readonly Column[]): readonly string[] => columns.map(({ key }) => key);

describe("[LOGS-13] columns of fields", () => {
  test("are written for the address and read back the same", () => {
    fc.assert(
      fc.property(columnLists, (columns) => {
        expect(readColumns(writeColumns(columns))).toEqual(columns);
      }),
    );
  });

  test("are short to write while their widths are the first ones", () => {
    const columns = ["status", "path", "ms"].reduce(toggled, NO_COLUMNS);
    expect(writeColumns(columns)).toBe("status,path,ms");
    expect(writeColumns(resized(columns, "path", 40))).toBe("status,path~40,ms");
  });

  test("whatever stands in an address, they are few, named, told apart and of a legal width", () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[ab,~%0-9]{0,60}$/));
    fc.assert(
      fc.property(texts, (text) => {
        const columns = readColumns(text);
        expect(columns.length).toBeLessThanOrEqual(MOST_COLUMNS);
        expect(new Set(keysOf(columns)).size).toBe(columns.length);
        for (const { key, widthCh } of columns) {
          expect(key).not.toBe("");
          expect(widthCh).toBeGreaterThanOrEqual(LEAST_WIDTH_CH);
          expect(widthCh).toBeLessThanOrEqual(MOST_WIDTH_CH);
        }
      }),
    );
    expect(readColumns(`${"k".repeat(65)},ok`)).toEqual(readColumns("ok"));
  });

  test("come and go one by one, and no more than there is room for", () => {
    const full = ["a", "b", "c", "d", "e", "f"].reduce(toggled, NO_COLUMNS);
    expect(full).toHaveLength(MOST_COLUMNS);
    expect(toggled(full, "g")).toBe(full);
    expect(keysOf(toggled(full, "b"))).toEqual(["a", "c", "d", "e", "f"]);
  });

  test("are as wide as somebody wants, within bounds, and the others stay", () => {
    const columns = ["status", "path"].reduce(toggled, NO_COLUMNS);
    expect(resized(columns, "path", 33.4)).toEqual([columns[0], { key: "path", widthCh: 33 }]);
    expect(resized(columns, "path", 1)[1]?.widthCh).toBe(LEAST_WIDTH_CH);
    expect(resized(columns, "path", 4_000)[1]?.widthCh).toBe(MOST_WIDTH_CH);
  });
});
