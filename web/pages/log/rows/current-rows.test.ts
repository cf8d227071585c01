import { expect, test } from "vitest";
import { CurrentRows } from "./current-rows.ts";
import { NO_ROWS } from "./log-rows.ts";
import { ALL_ROWS, type LogRowList, type RowsWanted } from "./row-list.ts";

const wanted: RowsWanted = {
  filter: ALL_ROWS,
  clearedSeq: null,
  endSeq: null,
  isFolding: false,
  unfolded: new Set(),
};

test("rows are made once per version, anew when asked for, and not before the log has opened", () => {
  let version = 0;
  let hasOpened = false;
  const built: LogRowList[] = [];
  const reader = {
    version: () => version,
    get hasOpened() {
      return hasOpened;
    },
  };
  const current = new CurrentRows(
    reader,
    (asked) => {
      expect(asked).toBe(wanted);
      const rows: LogRowList = Object.create(NO_ROWS);
      built.push(rows);
      return rows;
    },
    wanted,
  );
  expect(current.now()).toBe(NO_ROWS);
  hasOpened = true;
  version = 1;
  expect(current.now()).toBe(built[0]);
  expect(current.now()).toBe(built[0]);
  // Within a version more may have come.
  expect(current.renew()).toBe(built[1]);
  expect(current.now()).toBe(built[1]);
  version = 2;
  expect(current.now()).toBe(built[2]);
  expect(built).toHaveLength(3);
});
