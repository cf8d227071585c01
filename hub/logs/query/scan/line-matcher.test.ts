import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { compileMatcher } from "./line-matcher.ts";
import { requiredLiteral } from "./required-literal.ts";
import { type LineText, stripEscapes } from "./strip-escapes.ts";

const textOf = (lines: readonly string[]): LineText => {
  const bytes = lines.map((line) => Buffer.from(line));
  const textOffsets = new Uint32Array(lines.length + 1);
  for (const [index, line] of bytes.entries()) textOffsets[index + 1] = (textOffsets[index] as number) + line.length;
  return { text: Buffer.concat(bytes), textOffsets };
};
const linesOf = ({ text, textOffsets }: LineText): readonly string[] =>
  [...textOffsets.slice(0, -1)].map((from, index) =>
    Buffer.from(text.subarray(from, textOffsets[index + 1])).toString(),
  );

const found = (pattern: { kind?: "text" | "regex"; source: string; exact?: boolean }, lines: readonly string[]) => {
  const { kind = "text", source, exact = false } = pattern;
  const matcher = compileMatcher({ kind, source, isCaseSensitive: exact }, { checkTime: () => {} });
  const text = textOf(lines);
  const indexes = matcher.matchLines(text);
  if (indexes.length > 0) expect(matcher.mayMatch(text.text)).toBe(true);
  return indexes.map((index) => lines[index]);
};

describe("[LOGS-11] text in lines", () => {
  const lines = ["GET /health", "get /other", "", "naïve CAFÉ", "a GE", "T b", "tail get"];

  test("without regard to capitals, or with", () => {
    expect(found({ source: "get" }, lines)).toEqual(["GET /health", "get /other", "tail get"]);
    expect(found({ source: "GET", exact: true }, lines)).toEqual(["GET /health"]);
    expect(found({ source: "café" }, lines)).toEqual(["naïve CAFÉ"]);
  });

  test("never across the border of two lines", () =>
    expect(found({ source: "GET b" }, ["GE", "T b", "GET b"])).toEqual(["GET b"]));

  test("escape sequences do not come between", () => {
    const coloured = [
      "\u001b[31mERR\u001b[0mOR here",
      "\u001b]8;;http://a\u001b\\link\u001b]8;;\u0007 ERROR",
      "31mERR",
    ];
    expect(found({ source: "error" }, coloured)).toEqual(coloured.slice(0, 2));
    expect(found({ source: "http" }, coloured)).toEqual([]);
    expect(found({ kind: "regex", source: "^ERROR here$" }, coloured)).toEqual([coloured[0]]);
  });

  test("the same lines as looking at each of them", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "A", "b", "ß", "é", "É", " ", "\u001b[1m"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), word, fc.boolean(), (list, source, exact) => {
        fc.pre(source !== "" && !source.includes("\u001b"));
        const seen = (text: string) =>
          exact ? stripVTControlCharacters(text) : stripVTControlCharacters(text).toLowerCase();
        const expected = list.filter((line) => seen(line).includes(exact ? source : source.toLowerCase()));
        expect(found({ source, exact }, list)).toEqual(expected);
      }),
    );
  });
});

describe("[LOGS-11] regular expressions in linear time", () => {
  test("an expression that is none is refused with its fault", () => {
    expect(() =>
      compileMatcher({ kind: "regex", source: "a(b", isCaseSensitive: true }, { checkTime: () => {} }),
    ).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        message: expect.stringContaining("not a regular expression"),
      }),
    );
  });

  test("bytes that are no UTF-8 are no obstacle", () => {
    const matcher = compileMatcher({ kind: "regex", source: "b.d", isCaseSensitive: true }, { checkTime: () => {} });
    const text = Buffer.from([0xff, 0x62, 0xfe, 0x64, 0x62, 0x63, 0x64]);
    expect(matcher.matchLines({ text, textOffsets: Uint32Array.of(0, 4, 7) })).toEqual([0, 1]);
  });

  test.each([
    ["connection refused", true, "connection refused"],
    ["user=\\d+ failed", true, " failed"],
    ["colou?r", true, "colo"],
    ["ab+cd", true, "ab"],
    ["a{0}bcd", true, "bcd"],
    ["one|two", true, null],
    ["(one|two) three", true, null],
    ["(?i)abc", true, null],
    ["[abc]def\\.log", true, "def.log"],
    ["\\x{41}bc", true, "bc"],
    ["\\Qa.b\\Ecd", true, "cd"],
    ["disk full", false, " full"],
    ["x", true, null],
  ])("every match of %s holds %s", (source, exact, literal) => {
    expect(requiredLiteral(source, exact)).toBe(literal);
  });

  test("what is looked for first never hides a match", () => {
    const atom = fc.constantFrom(
      "a",
      "B",
      "cd",
      "k",
      "s",
      ".",
      "\\d",
      "[ab]",
      "(cd)",
      "\\.",
      "x",
      "\\x{41}",
      "[]a]",
      "\\Qa\\E",
    );
    const piece = fc
      .tuple(atom, fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{0,1}", "+?"))
      .map((pair) => pair.join(""));
    const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
    const line = fc.string({
      unit: fc.constantFrom("a", "A", "b", "c", "d", "k", "\u212a", "s", "ſ", "x", ".", "1"),
      maxLength: 10,
    });
    fc.assert(
      fc.property(pattern, fc.array(line, { maxLength: 20 }), fc.boolean(), (source, list, exact) => {
        const expression = RE2JS.compile(source, exact ? 0 : RE2JS.CASE_INSENSITIVE);
        expect(found({ kind: "regex", source, exact }, list)).toEqual(list.filter((text) => expression.test(text)));
      }),
      { numRuns: 500 },
    );
  });
});

test("[LOGS-11] stripping keeps every line a line, however a sequence ends", () => {
  const lines = [
    "\u001b[",
    "\u001b",
    "plain",
    "\u001b]0;title",
    "\u001b(Bx",
    "\u001b[12;\nx",
    "a\u001b[31mb\u001b[mc",
    "é\u001bé",
  ];
  const stripped = linesOf(stripEscapes(textOf(lines)));
  expect(stripped).toEqual(["", "", "plain", "", "x", "\nx", "abc", "éé"]);
});
