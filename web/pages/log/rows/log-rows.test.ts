import { DEBUG, ERROR, INFO, maskAtLeast, maskOfLevels, WARN } from "@yardarm/protocol/log/level";
import fc from "fast-check";
import { expect, test } from "vitest";
import { framesOf, type SampleLine } from "../../../dev/log-samples.ts";
import { LogStore } from "../../../live/log-store.ts";
import { LogDecoding } from "../../../workers/log-decoding.ts";
import { ALL_ROWS, type LogRow, LogRowBuilder, type LogRows, type RowFilter, type RowSource } from "./log-rows.ts";

const LEVELS = [INFO, ERROR, WARN, DEBUG] as const;
const LOSS = { reason: "rotated", fromTsNs: "1", toTsNs: "2", lines: 5 } as const;

const lineOf = (seq: number): SampleLine =>
  seq % 50 === 49 ? { text: "", loss: LOSS } : { text: `line ${seq}`, level: LEVELS[seq % 4] ?? INFO };

const fill = (store: LogStore, fromSeq: number, endSeq: number): LogStore => {
  const lines = Array.from({ length: endSeq - fromSeq }, (_, index) => lineOf(fromSeq + index));
  const decoding = new LogDecoding();
  for (const frame of framesOf(1, fromSeq, lines)) {
    const answer = decoding.receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  return store;
};

const build = (store: LogStore, fields: Partial<RowSource> = {}): LogRows =>
  new LogRowBuilder().build({ store, filter: ALL_ROWS, clearedSeq: null, endSeq: null, ...fields });

const describe = (entry: LogRow): string => {
  switch (entry.kind) {
    case "cleared":
      return "cleared";
    case "hole":
      return `${entry.hole.kind} ${entry.hole.fromSeq}-${entry.hole.endSeq}`;
    case "loss":
      return `loss ${entry.seq}`;
    case "line":
      return `${entry.seq}`;
  }
};

const described = (rows: LogRows): readonly string[] =>
  Array.from({ length: rows.count }, (_, row) => describe(rows.at(row)));

test("lines, losses and both kinds of hole stand in the order of their numbers", () => {
  const store = fill(fill(new LogStore(), 46, 51), 60, 62);
  store.noteAbsent({ fromSeq: 0, endSeq: 10 });
  expect(described(build(store))).toEqual([
    "notStored 0-10",
    "notLoaded 10-46",
    ...["46", "47", "48", "loss 49", "50"],
    "notLoaded 51-60",
    ...["60", "61"],
  ]);
});

test("clearing hides what was there behind one row; pausing ends the view", () => {
  const store = fill(fill(new LogStore(), 0, 5), 10, 15);
  expect(described(build(store, { clearedSeq: 7 }))).toEqual([
    "cleared",
    "notLoaded 7-10",
    "10",
    "11",
    "12",
    "13",
    "14",
  ]);
  expect(described(build(store, { endSeq: 8 }))).toEqual(["0", "1", "2", "3", "4", "notLoaded 5-8"]);
  expect(described(build(store, { clearedSeq: 12, endSeq: 13 }))).toEqual(["cleared", "12"]);
});

test("a filter hides lines and counts them, but never a loss or a hole", () => {
  const store = fill(new LogStore(), 44, 52);
  const rows = build(store, { filter: { levelMask: maskAtLeast(ERROR), onlyMatches: false } });
  expect(described(rows)).toEqual(["notLoaded 0-44", "45", "loss 49"]);
  expect(rows.hiddenCount).toBe(6);
  expect(rows.errorSeqs()).toEqual([45]);
});

test("only matches are shown when asked for, and they are counted in order", () => {
  const store = fill(new LogStore(), 0, 30);
  store.search(1);
  const decoding = new LogDecoding();
  decoding.receive({ type: "query", query: { id: 1, text: "line 2", isCaseSensitive: true } });
  const chunk = store.nextToScan();
  const answer = chunk === undefined ? null : decoding.receive({ type: "scan", lines: chunk.textToScan() });
  if (answer?.type === "scanned" && answer.matches !== null) store.takeMatches(answer.firstSeq, answer.matches);
  const expected = [2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
  expect(build(store).matchedSeqs()).toEqual(expected);
  expect(described(build(store, { filter: { ...ALL_ROWS, onlyMatches: true } }))).toEqual(expected.map(String));
});

test("a builder used again sees what was appended and what the filter has become", () => {
  const store = fill(new LogStore(), 0, 10);
  const builder = new LogRowBuilder();
  const rowsWith = (filter: RowFilter) => builder.build({ store, filter, clearedSeq: null, endSeq: null });
  const errors = { levelMask: maskOfLevels([ERROR]), onlyMatches: false };
  expect(described(rowsWith(errors))).toEqual(["1", "5", "9"]);
  fill(store, 10, 20);
  expect(described(rowsWith(errors))).toEqual(["1", "5", "9", "13", "17"]);
  expect(described(rowsWith({ levelMask: maskOfLevels([WARN]), onlyMatches: false }))).toEqual([
    "2",
    "6",
    "10",
    "14",
    "18",
  ]);
});

test("rows are found by number and have keys of their own", () => {
  const range = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 120 }));
  fc.assert(
    fc.property(
      fc.array(range, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      fc.nat(400),
      (ranges, isFiltered, seq) => {
        const store = new LogStore();
        for (const [from, length] of ranges) fill(store, from, from + length);
        const rows = build(
          store,
          isFiltered ? { filter: { levelMask: maskOfLevels([WARN]), onlyMatches: false } } : {},
        );
        const keys = Array.from({ length: rows.count }, (_, row) => rows.keyAt(row));
        expect(new Set(keys).size).toBe(keys.length);
        const expected = keys.findIndex((key) => key >= seq);
        expect(rows.rowOf(seq)).toBe(expected);
        expect(rows.shows(seq)).toBe(keys.includes(seq));
        for (const [row, key] of keys.entries()) if (key >= 0) expect(rows.rowOf(key)).toBe(row);
      },
    ),
    { numRuns: 100 },
  );
});
