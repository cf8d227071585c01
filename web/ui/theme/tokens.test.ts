import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contrastRatio, parseHex, type Rgb } from "./contrast.ts";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");

type Theme = "light" | "dark";

/** Every token of `tokens.css` in one theme. */
const readTokens = (theme: Theme): ReadonlyMap<string, Rgb> => {
  const tokens = new Map<string, Rgb>();
  for (const [, name, light, dark] of css.matchAll(/--yd-([a-z-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)/g)) {
    const colour = parseHex((theme === "light" ? light : dark) ?? "");
    if (name !== undefined && colour !== null) tokens.set(name, colour);
  }
  return tokens;
};

const ansi = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const surfaces = ["page", "surface", "raised"];
const texts = ["text", "muted", "ok", "warn", "danger", "accent"];

describe.each<Theme>(["light", "dark"])("%s theme", (theme) => {
  const tokens = readTokens(theme);
  const ratio = (one: string, other: string): number => {
    const [first, second] = [tokens.get(one), tokens.get(other)];
    if (first === undefined || second === undefined) throw new Error(`no token ${one} or ${other}`);
    return contrastRatio(first, second);
  };

  test.each(texts.flatMap((text) => surfaces.map((surface) => [text, surface] as const)))(
    "%s on %s is readable text (at least 4.5:1)",
    (text, surface) => {
      expect(ratio(text, surface)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each([...surfaces, "log"])("controls' borders and the focus ring stand out on %s (at least 3:1)", (surface) => {
    expect(ratio("control", surface)).toBeGreaterThanOrEqual(3);
    expect(ratio("accent", surface)).toBeGreaterThanOrEqual(3);
  });

  test.each(["accent", "danger"])("text on a button filled with %s is readable", (fill) => {
    expect(ratio("on-accent", fill)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(texts)("%s is readable on the log pane", (text) => {
    expect(ratio(text, "log")).toBeGreaterThanOrEqual(4.5);
  });

  test.each(ansi.flatMap((name) => [`ansi-${name}`, `ansi-bright-${name}`]))("%s on the log pane", (name) => {
    expect(ratio(name, "log")).toBeGreaterThanOrEqual(theme === "dark" ? 6.5 : 5.9);
  });
});

test("the arithmetic agrees with WCAG's own fixed points", () => {
  expect(contrastRatio([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  expect(contrastRatio([255, 255, 255], [255, 255, 255])).toBe(1);
  // #777777 on white is the well-known near miss of 4.5:1.
  expect(contrastRatio([0x77, 0x77, 0x77], [255, 255, 255])).toBeCloseTo(4.48, 2);
});
