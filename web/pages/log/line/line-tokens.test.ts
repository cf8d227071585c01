import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOSTILE_LINES } from "../../../dev/hostile-log.ts";
import { contrastRatio, parseHex } from "../../../ui/theme/contrast.ts";
import { LEAST_CONTRAST, PANE_COLOURS, paletteColour, readableOn } from "./ansi-colours.ts";
import { lineTokens } from "./line-tokens.ts";

const ESC = "\u001b";
const textOf = (line: string): string =>
  lineTokens(line)
    .map((token) => token.text)
    .join("");

describe("colours", () => {
  test("the sixteen become classes, which the theme colours", () => {
    expect(lineTokens(`${ESC}[31mred ${ESC}[1;92mbright${ESC}[0m plain`)).toEqual([
      { text: "red ", className: "yd-in-red" },
      { text: "bright", className: "yd-bold yd-in-bright-green" },
      { text: " plain" },
    ]);
  });

  test("on a coloured ground the text is black or white, whatever it was to be", () => {
    expect(lineTokens(`${ESC}[31;42mx`)).toEqual([{ text: "x", className: "yd-on-green" }]);
    expect(lineTokens(`${ESC}[48;2;250;250;250mx`)).toEqual([
      { text: "x", background: "rgb(250 250 250)", colour: "#000" },
    ]);
    expect(lineTokens(`${ESC}[7mx`)).toEqual([{ text: "x", className: "yd-on-white" }]);
  });

  test("pieces that look the same are one", () => {
    expect(lineTokens(`${ESC}[31ma${ESC}[31mb${ESC}[1;31mc`)).toHaveLength(2);
  });

  test("256 and true colours are readable on both panes", () => {
    for (const pane of [PANE_COLOURS.light, PANE_COLOURS.dark]) {
      const towards = pane === PANE_COLOURS.light ? ([0, 0, 0] as const) : ([255, 255, 255] as const);
      for (let index = 16; index < 256; index++) {
        const ratio = contrastRatio(readableOn(paletteColour(index), pane, towards), pane);
        expect(ratio, `colour ${index}`).toBeGreaterThanOrEqual(LEAST_CONTRAST);
      }
    }
  });

  test("the panes are those of the theme", () => {
    const css = readFileSync(new URL("../../../ui/theme/tokens.css", import.meta.url), "utf8");
    const [, light = "", dark = ""] = /--yd-log: light-dark\((#\w+), (#\w+)\)/.exec(css) ?? [];
    expect([parseHex(light), parseHex(dark)]).toEqual([PANE_COLOURS.light, PANE_COLOURS.dark]);
  });

  test("each of the sixteen has its classes in the style sheet", () => {
    const css = readFileSync(new URL("line.css", import.meta.url), "utf8");
    for (let colour = 0; colour < 8; colour++) {
      for (const base of [30, 40, 90, 100]) {
        const [token] = lineTokens(`${ESC}[${base + colour}mx`);
        expect(css).toContain(`.${token?.className} {`);
      }
    }
  });
});

describe("what must not pass", () => {
  test("links of the terminal, clipboard writes and titles vanish; their text stays", () => {
    expect(lineTokens(`${ESC}]8;;javascript:alert(1)${ESC}\\click${ESC}]8;;${ESC}\\`)).toEqual([{ text: "click" }]);
    expect(textOf(`${ESC}]52;c;cm0=\u0007x`)).toBe("x");
  });

  test("control and direction characters are shown as themselves, one for one", () => {
    expect(lineTokens("a\u0000\u202eb")).toEqual([
      { text: "a" },
      { text: "@", className: "yd-glyph yd-caret", title: "U+0000" },
      { text: "⇌", className: "yd-glyph", title: "U+202E" },
      { text: "b" },
    ]);
    expect(textOf("tab\tstays, end\r")).toBe("tab\tstays, end");
  });

  test("only http and https become links", () => {
    const links = (line: string) => lineTokens(line).flatMap((token) => token.href ?? []);
    expect(links("see https://example.com/a?b=c, (http://x.test/y) and javascript:alert(1) ftp://z")).toEqual([
      "https://example.com/a?b=c",
      "http://x.test/y",
    ]);
    expect(links("https://en.wikipedia.org/wiki/Rust_(language).")).toEqual([
      "https://en.wikipedia.org/wiki/Rust_(language)",
    ]);
    expect(links("https:// https://[ http://%")).toEqual([]);
    expect(links("http://a.test/\u202emoc")).toEqual(["http://a.test/"]);
  });

  test("whatever a line holds, nothing invisible is left and no text is lost or made up", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these very characters are looked for
    const unseen = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
    const piece = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        `${ESC}[31m`,
        `${ESC}[0m`,
        "\u202e",
        "\u0000",
        "http://a.test/x",
        `${ESC}]8;;x${ESC}\\`,
        `${ESC}[38;5;300m`,
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const tokens = lineTokens(pieces.join(""));
        for (const { text, href } of tokens) {
          expect(text).not.toMatch(unseen);
          if (href !== undefined) expect(["http:", "https:"]).toContain(new URL(href).protocol);
        }
      }),
    );
    const plain = fc.string({ unit: fc.constantFrom("a", "\u0001", "\u2066", "h", "t", "p", ":", "/", " ", "é") });
    fc.assert(
      fc.property(plain, (line) => {
        expect(textOf(`${line}.`)).toHaveLength(line.length + 1);
      }),
    );
  });

  test("a hostile log is cut into few pieces", () => {
    for (const { text } of HOSTILE_LINES) {
      if (typeof text === "string") expect(lineTokens(text).length).toBeLessThanOrEqual(501);
    }
  });
});
