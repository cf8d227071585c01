import { describe, expect, test } from "vitest";
import { framesOf, type SampleLine } from "../../dev/log-samples.ts";
import { LogStore } from "../../live/log-store.ts";
import { LogDecoding } from "../../workers/log-decoding.ts";
import { lossText } from "./line/NoteRow.tsx";
import { markTokens, matchesIn } from "./line/search-highlight.ts";
import { formatStamp, nextStampStyle, STAMP_STYLES } from "./line/stamps.ts";
import { parsePreferences } from "./log-preferences.ts";
import { allText, textBetween } from "./rows/copy-lines.ts";
import { ALL_ROWS, LogRowBuilder, type LogRows } from "./rows/log-rows.ts";
import { markPosition, nextMark } from "./rows/marks.ts";
import { arrivedText } from "./SpokenSummary.tsx";

const rowsOf = (lines: readonly SampleLine[]): LogRows => {
  const store = new LogStore();
  for (const frame of framesOf(1, 0, lines)) {
    const answer = new LogDecoding().receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  return new LogRowBuilder().build({ store, filter: ALL_ROWS, clearedSeq: null, endSeq: null });
};

describe("copying", () => {
  const loss = { reason: "rotated", fromTsNs: "1", toTsNs: "2" } as const;
  const rows = rowsOf([
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
    expect(textBetween(rows, from, to)).toBe("line\nsecond\nxx");
    expect(textBetween(rows, to, from)).toBe("line\nsecond\nxx");
    expect(textBetween(rows, { seq: 1, offset: 1 }, { seq: 1, offset: 4 })).toBe("eco");
  });

  test("a line drawn in part is copied whole", () => {
    const whole = textBetween(rows, { seq: 3, offset: 0 }, { seq: 3, offset: Number.POSITIVE_INFINITY });
    expect(whole).toHaveLength(9_000);
  });

  test("everything", () => {
    expect(allText(rows)).toBe(`first line\nsecond\n${"x".repeat(9_000)}`);
  });
});

describe("marks", () => {
  test("go round in both directions", () => {
    expect(nextMark([2, 5, 9], 5, "forward")).toEqual({ seq: 9, position: 3, total: 3 });
    expect(nextMark([2, 5, 9], 9, "forward")).toEqual({ seq: 2, position: 1, total: 3 });
    expect(nextMark([2, 5, 9], 2, "backward")).toEqual({ seq: 9, position: 3, total: 3 });
    expect(nextMark([2, 5, 9], 7, "backward")).toEqual({ seq: 5, position: 2, total: 3 });
    expect(nextMark([], 7, "forward")).toBeNull();
    expect(markPosition([2, 5], 5)).toBe(2);
    expect(markPosition([2, 5], 4)).toBeNull();
  });
});

describe("search", () => {
  const query = { id: 1, text: "İx", isCaseSensitive: false };

  test("finds every place, also after letters that grow when lowered", () => {
    expect(matchesIn("aİX İx", query)).toEqual([
      [1, 3],
      [4, 6],
    ]);
    expect(matchesIn("aaa", { ...query, text: "aa" })).toEqual([[0, 2]]);
    expect(matchesIn("aA", { ...query, text: "A", isCaseSensitive: true })).toEqual([[1, 2]]);
  });

  test("marks a match that spans tokens without changing the text", () => {
    const tokens = [{ text: "one tw", className: "yd-bold" }, { text: "o three" }];
    expect(markTokens(tokens, { ...query, text: "two" })).toEqual([
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
      announces: true,
    });
    expect(parsePreferences("not json", true)).toMatchObject({ isWrapped: true, stamps: "off" });
    expect(parsePreferences("null", false)).toMatchObject({ isWrapped: false });
  });
});
