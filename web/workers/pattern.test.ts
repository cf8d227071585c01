import { describe, expect, test } from "vitest";
import { LogDecoding } from "./log-decoding.ts";
import { loadRegex, matcherOf, textMatcher } from "./pattern.ts";

describe("[LOGS-05] plain text", () => {
  test("finds every place, also after letters that grow when lowered", () => {
    expect(textMatcher("İx", false).places("aİX İx")).toEqual([
      [1, 3],
      [4, 6],
    ]);
    expect(textMatcher("aa", false).places("aaa")).toEqual([[0, 2]]);
    expect(textMatcher("A", true).places("aA")).toEqual([[1, 2]]);
    expect(textMatcher("", false).matches("anything")).toBe(false);
  });
});

describe("[LOGS-05] regular expressions", () => {
  const pattern = { text: "took \\d+ ms$", isCaseSensitive: false, isRegex: true };

  test("find lines and places, with and without case", async () => {
    const regex = await loadRegex();
    const matcher = matcherOf(pattern, regex);
    expect(matcher.matches("GET / Took 12 ms")).toBe(true);
    expect(matcher.matches("took 12 ms.")).toBe(false);
    expect(matcher.places("it took 12 ms")).toEqual([[3, 13]]);
    expect(matcherOf({ ...pattern, isCaseSensitive: true }, regex).matches("Took 12 ms")).toBe(false);
    expect(matcherOf({ ...pattern, text: "x*" }, regex).places("ab")).toEqual([]);
  });

  test("take linear time where others do not", async () => {
    const matcher = matcherOf({ ...pattern, text: "(a+)+$" }, await loadRegex());
    expect(matcher.matches(`${"a".repeat(50_000)}!`)).toBe(false);
  });

  test("a pattern that is not valid is refused with a reason, and then nothing matches", async () => {
    const decoding = new LogDecoding();
    const query = { id: 7, text: "(", isCaseSensitive: false, isRegex: true, excludes: [] };
    expect(decoding.needsRegex({ type: "query", query })).toBe(true);
    decoding.useRegex(await loadRegex());
    expect(decoding.needsRegex({ type: "query", query })).toBe(false);
    const answer = decoding.receive({ type: "query", query });
    expect(answer).toMatchObject({ type: "refused", queryId: 7, message: expect.stringMatching(/missing closing \)/) });
  });
});
