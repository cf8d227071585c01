import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scoreItem, scoreWord } from "./rank.ts";

const rank = (query: string, titles: readonly string[]): readonly string[] =>
  titles
    .map((title) => ({ title, score: scoreItem(query, { title, beside: "" }) }))
    .filter((item) => item.score !== null)
    .toSorted((one, other) => (other.score ?? 0) - (one.score ?? 0))
    .map(({ title }) => title);

describe("ranking", () => {
  test("the thing itself, then what begins with it, then a word in it, then somewhere, then scattered", () => {
    const titles = ["wxexb-cache", "cobweb", "shop-web-1", "web-1", "web", "database"];
    expect(rank("web", titles)).toEqual(["web", "web-1", "shop-web-1", "cobweb"]);
  });

  test("first letters of words are enough", () => {
    expect(rank("sw1", ["shop-web-1", "shop-worker-1", "snow"])).toContain("shop-web-1");
    expect(rank("sw1", ["snow1"])).toEqual([]);
    expect(rank("gtf", ["Go to Fleet", "Get the facts"])).toHaveLength(2);
  });

  test("letters that are merely somewhere do not count", () => {
    expect(rank("restart", ["prefers that art", "Restart"])).toEqual(["Restart"]);
    expect(scoreWord("abc", "acb")).toBeNull();
  });

  test("several words may fit the title or what stands beside it", () => {
    const onFra = { title: "shop-web-1", beside: "fra-2" };
    const onAms = { title: "shop-web-1", beside: "ams-1" };
    expect(scoreItem("web fra", onFra)).not.toBeNull();
    expect(scoreItem("web fra", onAms)).toBeNull();
    expect(scoreItem("FRA web", onFra)).not.toBeNull();
    const named = scoreItem("fra-2", { title: "fra-2", beside: "" }) ?? 0;
    expect(named).toBeGreaterThan(scoreItem("fra-2", onFra) ?? 0);
  });

  test("whatever is typed: a text fits itself best, and nothing throws", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (query, text) => {
        const word = query.toLowerCase();
        const own = scoreWord(word, word) ?? 0;
        expect(own).toBeGreaterThanOrEqual(scoreWord(word, text.toLowerCase()) ?? 0);
      }),
    );
  });
});
