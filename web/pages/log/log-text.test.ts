import { describe, expect, test } from "vitest";
import { framesOf, type SampleLine } from "../../dev/log-samples.ts";
import { LogStore } from "../../live/log-store.ts";
import { LogDecoding } from "../../workers/log-decoding.ts";
import { textMatcher } from "../../workers/pattern.ts";
import { lossText } from "./line/notes.ts";
import { markTokens } from "./line/search-highlight.ts";
import { formatStamp, nextStampStyle, STAMP_STYLES } from "./line/stamps.ts";
import { parsePreferences } from "./log-preferences.ts";
import {
  chosenLines,
  countChosen,
  type LineAt,
  linesAsNdjson,
  linesAsText,
  type TextPoint,
  textBetween,
} from "./rows/copy-lines.ts";
import { MarkList } from "./rows/marks.ts";
import { LogRowBuilder } from "./rows/row-builder.ts";
import { ALL_ROWS } from "./rows/row-list.ts";
import { arrivedText } from "./SpokenSummary.tsx";

const viewOf = (lines: readonly SampleLine[], isFolding = false) => {
  const store = new LogStore();
  for (const frame of framesOf(1, 0, lines)) {
    const answer = new LogDecoding().receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  const plain = { filter: ALL_ROWS, clearedSeq: null, endSeq: null, unfolded: new Set<number>(), markers: [] };
  const rows = new LogRowBuilder().build({ ...plain, store, isFolding });
  const lineAt: LineAt = (seq) => {
    const chunk = store.chunkOf(seq);
    return chunk === undefined ? null : { chunk, index: seq - chunk.firstSeq };
  };
  const between = (one: TextPoint, other: TextPoint): string => textBetween(rows, lineAt, one, other);
  return { rows, lineAt, between };
};

describe("[LOGS-05] copying", () => {
  const loss = { reason: "rotated", fromTsNs: "1", toTsNs: "2" } as const;
  const { rows, lineAt, between } = viewOf([
    { text: "\u001b[31mfirst\u001b[0m line\r" },
    { text: "second" },
    { text: "", loss },
    { text: "x".repeat(9_000) },
  ]);

  test("between two points, whole lines in the middle, in either direction, without colours and losses", () => {
    const [from, to] = [
      { seq: 0, offset: 6 },
      { seq: 3, offset: 2 },
    ];
    expect(between(from, to)).toBe("line\nsecond\nxx");
    expect(between(to, from)).toBe("line\nsecond\nxx");
    expect(between({ seq: 1, offset: 1 }, { seq: 1, offset: 4 })).toBe("eco");
  });

  test("a line drawn in part, or as fields, is copied whole", () => {
    expect(between({ seq: 3, offset: 0 }, { seq: 3, offset: Number.POSITIVE_INFINITY })).toHaveLength(9_000);
    expect(between({ seq: 1, offset: null }, { seq: 1, offset: null })).toBe("second");
  });

  test("everything", () => {
    expect(linesAsText(chosenLines(rows, lineAt, null))).toBe(`first line\nsecond\n${"x".repeat(9_000)}`);
  });

  test("selected lines, with those that are folded under them", () => {
    const stack = viewOf(
      [
        { text: "before" },
        { text: "Error: no" },
        { text: "  at one", isContinuation: true },
        { text: "  at two", isContinuation: true },
        { text: "after" },
      ],
      true,
    );
    const selection = { ranges: [{ fromSeq: 1, endSeq: 2 }], anchorSeq: 1 };
    expect(countChosen(stack.rows, selection)).toBe(3);
    const chosen = chosenLines(stack.rows, stack.lineAt, selection);
    expect(linesAsText(chosen)).toBe("Error: no\n  at one\n  at two");
    expect(
      linesAsNdjson(chosen)
        .split("\n")
        .map((line) => JSON.parse(line).message),
    ).toEqual(["Error: no", "  at one", "  at two"]);
    expect(stack.between({ seq: 0, offset: 0 }, { seq: 4, offset: 5 })).toBe(
      "before\nError: no\n  at one\n  at two\nafter",
    );
  });
});

describe("marks", () => {
  const marks = new MarkList([
    { firstSeq: 0, indexes: Uint32Array.of(2, 5) },
    { firstSeq: 8, indexes: new Uint32Array() },
    { firstSeq: 9, indexes: Uint32Array.of(0) },
  ]);

  test("go round in both directions", () => {
    expect(marks.next(5, "forward")).toEqual({ seq: 9, position: 3, total: 3 });
    expect(marks.next(9, "forward")).toEqual({ seq: 2, position: 1, total: 3 });
    expect(marks.next(2, "backward")).toEqual({ seq: 9, position: 3, total: 3 });
    expect(marks.next(7, "backward")).toEqual({ seq: 5, position: 2, total: 3 });
    expect(marks.next(null, "forward")?.seq).toBe(2);
    expect(new MarkList([]).next(7, "forward")).toBeNull();
  });

  test("have positions", () => {
    expect([2, 5, 9].map((seq) => marks.positionOf(seq))).toEqual([1, 2, 3]);
    expect([0, 4, 10, null].map((seq) => marks.positionOf(seq))).toEqual([null, null, null, null]);
    const seen: number[] = [];
    marks.visit((seq) => void seen.push(seq));
    expect(seen).toEqual([2, 5, 9]);
  });
});

describe("search", () => {
  test("marks a match that spans tokens without changing the text", () => {
    const tokens = [{ text: "one tw", className: "yd-bold" }, { text: "o three" }];
    expect(markTokens(tokens, textMatcher("two", false))).toEqual([
      { text: "one ", className: "yd-bold" },
      { text: "tw", className: "yd-bold yd-match" },
      { text: "o", className: " yd-match" },
      { text: " three" },
    ]);
  });
});

describe("words", () => {
  test("stamps", () => {
    const atNs = 1_795_269_731_120_000_000n;
    const nowMs = 1_795_269_731_120 + 65_000;
    const facts = { atNs, previousNs: atNs - 1_204_000_000n, nowMs };
    expect(formatStamp("absolute", facts)).toMatch(/^\d\d:\d\d:\d\d\.120$/);
    expect(formatStamp("absolute", { ...facts, nowMs: nowMs + 86_400_000 })).toMatch(/^\d\d-\d\d \d\d:\d\d:\d\d\.120$/);
    expect(formatStamp("relative", facts)).toBe("1 m");
    expect(formatStamp("delta", facts)).toBe("+1.204 s");
    expect(formatStamp("delta", { ...facts, previousNs: atNs + 250_000n })).toBe("−250 µs");
    expect(formatStamp("delta", { ...facts, previousNs: null })).toBe("");
    expect(STAMP_STYLES.map(nextStampStyle)).toEqual(["relative", "delta", "off", "absolute"]);
  });

  test("what was lost, and why", () => {
    const loss = { reason: "rotated", fromTsNs: "1795269731000000000", toTsNs: "1795269735000000000" } as const;
    expect(lossText({ ...loss, lines: 1_204, bytes: 2_202_009 })).toMatch(
      /^1,204 lines \(2\.1 MiB\) lost between \S+ and \S+: the engine had rotated/,
    );
    expect(lossText({ ...loss, toTsNs: loss.fromTsNs })).toMatch(/^Lines lost at /);
    // Over midnight the times alone would read backwards.
    const nextDay = { ...loss, toTsNs: `${1_795_269_731 + 86_400}000000000` };
    expect(lossText(nextDay)).toMatch(/ between \d{4}-\d\d-\d\d \S+ and \d{4}-\d\d-\d\d \S+: /);
  });

  test("what has come, for those who do not see it", () => {
    expect(arrivedText({ lines: 10, errors: 1 }, { lines: 64, errors: 3 })).toBe("54 new lines, 2 errors");
    expect(arrivedText({ lines: 10, errors: 1 }, { lines: 11, errors: 1 })).toBe("1 new line");
    expect(arrivedText({ lines: 10, errors: 1 }, { lines: 10, errors: 1 })).toBe("");
  });

  test("preferences survive whatever was stored", () => {
    expect(parsePreferences('{"isWrapped":true,"stamps":"never","other":1}', false)).toEqual({
      isWrapped: true,
      stamps: "absolute",
      showsStream: true,
      showsFields: true,
      folds: true,
      showsHistogram: true,
      isDark: true,
      announces: true,
    });
    expect(parsePreferences("not json", true)).toMatchObject({ isWrapped: true, stamps: "off" });
    expect(parsePreferences("null", false)).toMatchObject({ isWrapped: false });
  });
});
