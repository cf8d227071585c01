import { DEBUG, ERROR, INFO, maskAtLeast, maskOfLevels, WARN } from "@yardarm/protocol/log/level";
import type { LossRecord } from "@yardarm/protocol/log/loss";
import fc from "fast-check";
import { expect, test } from "vitest";
import { framesOf, type SampleLine } from "../../../dev/log-samples.ts";
import { HOST_LINES_END, HostLines } from "../../../live/host-lines.ts";
import { LogStore } from "../../../live/log-store.ts";
import { LogDecoding } from "../../../workers/log-decoding.ts";
import type { LogRows } from "./log-rows.ts";
import type { MarkList } from "./marks.ts";
import { LogRowBuilder, type RowSource } from "./row-builder.ts";
import { unseenIn } from "./reading.ts";
import { ALL_ROWS, isFiltering, type LogRow, type RowFilter } from "./row-list.ts";

const LEVELS = [INFO, ERROR, WARN, DEBUG] as const;
const LOSS = { reason: "rotated", fromTsNs: "1", toTsNs: "2", lines: 5 } as const;

const lineOf = (seq: number): SampleLine =>
  seq % 50 === 49 ? { text: "", loss: LOSS } : { text: `line ${seq}`, level: LEVELS[seq % 4] ?? INFO };

const linesOf = (fromSeq: number, endSeq: number): readonly SampleLine[] =>
  Array.from({ length: endSeq - fromSeq }, (_, index) => lineOf(fromSeq + index));

const fill = (store: LogStore, fromSeq: number, endSeq: number, lines = linesOf(fromSeq, endSeq)): LogStore => {
  const decoding = new LogDecoding();
  for (const frame of framesOf(1, fromSeq, lines)) {
    const answer = decoding.receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  return store;
};

const PLAIN = {
  filter: ALL_ROWS,
  clearedSeq: null,
  endSeq: null,
  isFolding: false,
  unfolded: new Set<number>(),
  markers: [],
} as const;

const build = (store: LogStore, fields: Partial<RowSource> = {}): LogRows =>
  new LogRowBuilder().build({ ...PLAIN, store, ...fields });

const describe = (entry: LogRow): string => {
  switch (entry.kind) {
    case "cleared":
      return "cleared";
    case "marker":
      return entry.marker.text;
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

const seqsOf = (marks: MarkList): readonly number[] => {
  const seqs: number[] = [];
  marks.visit((seq) => void seqs.push(seq));
  return seqs;
};

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

test("stored lines that a loss record stands for are not said to be missing once more", () => {
  const damaged = (reason: LossRecord["reason"]): LogStore => {
    const store = fill(new LogStore(), 49, 50, [{ text: "", loss: { ...LOSS, reason } }]);
    store.noteAbsent({ fromSeq: 40, endSeq: 49 });
    return store;
  };
  expect(described(build(damaged("source_error")))).toEqual(["notLoaded 0-40", "notStored 40-45", "loss 49"]);
  // Its lines never had a number.
  expect(described(build(damaged("rotated")))).toEqual(["notLoaded 0-40", "notStored 40-49", "loss 49"]);
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
  const rows = build(store, { filter: { levelMask: maskAtLeast(ERROR), onlyMatches: false, excludes: false } });
  expect(described(rows)).toEqual(["notLoaded 0-44", "45", "loss 49"]);
  expect(rows.hiddenCount).toBe(6);
  expect(seqsOf(rows.errors())).toEqual([45]);
});

test("the record of a loss is no line: neither among those held nor among those shown", () => {
  const store = fill(new LogStore(), 44, 152);
  const counts = ({ lineCount, hiddenCount }: LogRows) => [lineCount, lineCount - hiddenCount];
  expect(counts(build(store))).toEqual([105, 105]);
  expect(counts(build(store, { clearedSeq: 49, endSeq: 100 }))).toEqual([49, 49]);
  // Nothing is shown but what was lost.
  const none = { levelMask: 0, onlyMatches: false, excludes: false };
  expect(counts(build(store, { filter: none }))).toEqual([105, 0]);
  expect(counts(build(store, { filter: none, isFolding: true, endSeq: 60 }))).toEqual([15, 0]);
});

test("what came unseen is counted as it would be seen: without what is hidden, lost or folded away by the filter", () => {
  const store = fill(new LogStore(), 0, 200);
  const unseen = (clearedSeq: number, filter: RowFilter) =>
    unseenIn(build(store, { filter, clearedSeq }), isFiltering(filter));
  expect(unseen(140, ALL_ROWS)).toEqual({ count: 58, isMore: false });
  expect(unseen(140, { ...ALL_ROWS, levelMask: maskOfLevels([WARN]) })).toEqual({ count: 15, isMore: false });
  expect(unseen(200, ALL_ROWS)).toEqual({ count: 0, isMore: false });
  expect(unseen(140, { ...ALL_ROWS, levelMask: 0 })).toEqual({ count: 0, isMore: false });
  expect(unseen(140, { ...ALL_ROWS, onlyMatches: true })).toEqual({ count: 0, isMore: false });
  // Of those that only the hub has nobody knows what they are.
  fill(store, 300, 310);
  expect(unseen(190, ALL_ROWS)).toEqual({ count: 119, isMore: false });
  expect(unseen(190, { ...ALL_ROWS, levelMask: 0 })).toEqual({ count: 0, isMore: true });
});

test("only matches are shown when asked for, and they are counted in order", () => {
  const store = fill(new LogStore(), 0, 30);
  store.search(1);
  const decoding = new LogDecoding();
  decoding.receive({
    type: "query",
    query: { id: 1, text: "line 2", isCaseSensitive: true, isRegex: false, excludes: ["5"] },
  });
  const chunk = store.nextToScan();
  const answer = chunk === undefined ? null : decoding.receive({ type: "scan", lines: chunk.textToScan() });
  if (answer?.type === "scanned" && answer.matches !== null) store.takeMatches(answer.firstSeq, answer.matches);
  const expected = [2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
  expect(seqsOf(build(store).matches())).toEqual(expected);
  expect(described(build(store, { filter: { ...ALL_ROWS, onlyMatches: true } }))).toEqual(expected.map(String));
  const excluding = build(store, { filter: { ...ALL_ROWS, excludes: true } });
  expect(described(excluding)).not.toContain("15");
  expect(excluding.hiddenCount).toBe(3);
});

test("a builder used again sees what was appended and what the filter has become", () => {
  const store = fill(new LogStore(), 0, 10);
  const builder = new LogRowBuilder();
  const rowsWith = (filter: RowFilter) => builder.build({ ...PLAIN, store, filter });
  const errors = { levelMask: maskOfLevels([ERROR]), onlyMatches: false, excludes: false };
  expect(described(rowsWith(errors))).toEqual(["1", "5", "9"]);
  fill(store, 10, 20);
  expect(described(rowsWith(errors))).toEqual(["1", "5", "9", "13", "17"]);
  expect(described(rowsWith({ levelMask: maskOfLevels([WARN]), onlyMatches: false, excludes: false }))).toEqual([
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
          isFiltered ? { filter: { levelMask: maskOfLevels([WARN]), onlyMatches: false, excludes: false } } : {},
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

const TRACE: readonly SampleLine[] = [
  { text: "fine" },
  { text: "Error: one", level: ERROR },
  { text: "  at a", level: ERROR, isContinuation: true },
  { text: "  at b", level: ERROR, isContinuation: true },
  { text: "fine again", atMs: 5_000 },
  { text: "Error: two", level: ERROR, atMs: 6_000 },
  { text: "  at c", level: ERROR, isContinuation: true, atMs: 6_000 },
];

const storeOf = (lines: readonly SampleLine[], firstSeq = 0, store = new LogStore()): LogStore => {
  const decoding = new LogDecoding();
  for (const frame of framesOf(1, firstSeq, lines)) {
    const answer = decoding.receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  return store;
};

test("[LOGS-05] what continues a line folds under it: no row, but counted, found, and never hidden", () => {
  const store = storeOf(TRACE);
  const rows = build(store, { isFolding: true });
  expect(described(rows)).toEqual(["0", "1", "4", "5"]);
  expect([rows.lineCount, rows.hiddenCount]).toEqual([7, 0]);
  expect(rows.at(1)).toMatchObject({ continuations: 2, isFolded: true });
  expect(rows.at(0)).toMatchObject({ continuations: 0, isFolded: false });
  expect([0, 1, 2, 3, 4, 6].map((seq) => rows.headOf(seq))).toEqual([0, 1, 1, 1, 4, 5]);
  expect(described(build(store, { isFolding: true, unfolded: new Set([1]) }))).toEqual(["0", "1", "2", "3", "4", "5"]);
  expect(described(build(store))).toHaveLength(7);
});

test("[LOGS-05] a fold follows its first line through a filter, and a continuation without one stands alone", () => {
  const store = storeOf(TRACE);
  const errors = build(store, { isFolding: true, filter: { ...ALL_ROWS, levelMask: maskOfLevels([ERROR]) } });
  expect(described(errors)).toEqual(["1", "5"]);
  expect(errors.hiddenCount).toBe(2);
  const fine = build(store, { isFolding: true, filter: { ...ALL_ROWS, levelMask: maskOfLevels([INFO]) } });
  expect(described(fine)).toEqual(["0", "4"]);
  expect(fine.hiddenCount).toBe(5);
  expect(described(build(store, { isFolding: true, clearedSeq: 2 }))).toEqual(["cleared", "2", "4", "5"]);
  expect(described(build(storeOf(TRACE.slice(2), 2), { isFolding: true })).slice(1)).toEqual(["2", "4", "5"]);
});

test("a run that goes over the end of a chunk is one fold", () => {
  const store = new LogStore();
  const frames = Array.from(
    { length: 2_000 },
    (_, index): SampleLine => ({ text: `at ${index}`, isContinuation: true }),
  );
  storeOf([{ text: "head" }, ...frames], 0, store);
  expect(store.chunks.length).toBeGreaterThan(1);
  const rows = build(store, { isFolding: true });
  expect(described(rows)).toEqual(["0"]);
  expect(rows.at(0)).toMatchObject({ continuations: 2_000 });
  expect(rows.headOf(1_900)).toBe(0);
});

test("markers stand between the lines of their time, and at the ends only when nothing is left to load", () => {
  const store = storeOf(TRACE);
  const markers = [
    { id: 0, at: "start" as const, text: "former", action: null },
    { id: 1, at: "end" as const, text: "later", action: null },
    { id: 2, at: 5_500, text: "restarted", action: null },
    { id: 3, at: 9_000, text: "stopped", action: null },
  ];
  const all = ["former", "0", "1", "2", "3", "4", "restarted", "5", "6", "stopped", "later"];
  expect(described(build(store, { markers }))).toEqual(all);
  const rows = build(store, { markers, isFolding: true });
  expect(described(rows)).toEqual(["former", "0", "1", "4", "restarted", "5", "stopped", "later"]);
  expect(new Set(Array.from({ length: rows.count }, (_, row) => rows.keyAt(row))).size).toBe(rows.count);
  expect(rows.rowOf(5)).toBe(5);
  expect(described(build(storeOf(TRACE, 10), { markers, endSeq: 15 }))).not.toContain("former");
  expect(described(build(storeOf(TRACE, 10), { markers, endSeq: 15 }))).not.toContain("later");
});

test("[LOGS-15] lines from the host stand in front of what is stored, in place of what the hub no longer has", () => {
  const host = new HostLines({ openPort: () => ({ post: () => {}, close: () => {} }), schedule: () => {} });
  const old = (message: string) => ({ ts: "2026-11-21T13:00:00Z", stream: "stdout", level: "info", message }) as const;
  host.prepend([old("oldest"), old("old")]);
  const store = storeOf([{ text: "stored" }], 10);
  const markers = [
    { id: 0, at: "start" as const, text: "offer", action: "Read" },
    { id: 1, at: "joint" as const, text: "joint", action: null },
  ];
  const older = host.chunks();
  // Not while lines could still be loaded in between.
  expect(described(build(store, { markers, older }))).toEqual(["notLoaded 0-10", "10"]);
  store.noteAbsent({ fromSeq: 0, endSeq: 10 });
  const rows = build(store, { markers, older });
  const [first, last] = [HOST_LINES_END - 2, HOST_LINES_END - 1];
  expect(described(rows)).toEqual(["offer", `${first}`, `${last}`, "joint", "10"]);
  expect([first, last, 10].map((seq) => rows.rowOf(seq))).toEqual([1, 2, 4]);
  expect(rows.lineCount).toBe(3);
});
