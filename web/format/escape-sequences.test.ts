import { expect, test } from "vitest";
import { keepSgr, stripEscapes } from "./escape-sequences.ts";

const ESC = "\u001b";

test.each([
  ["colour", `${ESC}[1;31merror${ESC}[0m: x`, "error: x"],
  ["cursor movement", `a${ESC}[2J${ESC}[10;20Hb`, "ab"],
  ["OSC 8 link, closed by ST", `${ESC}]8;;http://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`, "click"],
  ["OSC 52 clipboard, closed by BEL", `a${ESC}]52;c;c2VjcmV0\u0007b`, "ab"],
  ["device control", `a${ESC}P1$r0m${ESC}\\b`, "ab"],
  ["character set and single ones", `${ESC}(B${ESC}7a${ESC}c`, "a"],
  ["nothing", "plain", "plain"],
])("%s", (_name, text, stripped) => {
  expect(stripEscapes(text)).toBe(stripped);
});

test("an unfinished sequence stays visible", () => {
  expect(stripEscapes(`a${ESC}]52;c;c2Vj`)).toBe(`a${ESC}]52;c;c2Vj`);
  expect(stripEscapes(`a${ESC}[31`)).toBe(`a${ESC}[31`);
});

test("only colours are kept for drawing", () => {
  expect(keepSgr(`${ESC}[31ma${ESC}[2K${ESC}]0;title\u0007b${ESC}[0m`)).toBe(`${ESC}[31mab${ESC}[0m`);
});

test("a hostile line takes linear time: anything worse would not end here", () => {
  for (const piece of [`${ESC}]`, `${ESC}[`, `${ESC}P`, `${ESC} `]) {
    const text = piece.repeat(200_000);
    expect(stripEscapes(text).length).toBeLessThanOrEqual(text.length);
  }
});
