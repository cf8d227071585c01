import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isMovable, KEY_MAP, keyCaps } from "./key-map.ts";
import { meantBy, parseKeyPreferences, pressedFor } from "./key-preferences.ts";
import { SECTIONS } from "./sections.tsx";

/** The keyboard map as it was specified, for what exists; a key that means something else breaks people's habits. */
const SPECIFIED: Readonly<Record<string, RegExp>> = {
  "Mod+K": /go to anything/i,
  "?": /all keys/i,
  "g f": /fleet/i,
  "g l": /logs/i,
  "g a": /alerts/i,
  "g u": /audit/i,
  "g s": /settings/i,
  "/": /filter|search/i,
  "Mod+F": /search in the log/i,
  n: /next match/i,
  N: /previous match/i,
  Space: /pause or resume/i,
  End: /newest/i,
  G: /newest/i,
  "g g": /oldest/i,
  j: /next (row|line)/i,
  k: /previous (row|line)/i,
  Enter: /open|details/i,
  e: /next error/i,
  E: /previous error/i,
  "1": /error/i,
  "2": /warn/i,
  "3": /info/i,
  "4": /debug/i,
  "5": /level/i,
  x: /context|around/i,
  y: /link/i,
  c: /copy/i,
  "Mod+Shift+L": /clear/i,
  w: /wrap/i,
  t: /timestamp/i,
  l: /logs/i,
  ".": /actions/i,
  Escape: /close/i,
};

const listenedTo = (): ReadonlySet<string> => {
  const keys = new Set<string>();
  const folder = new URL("..", import.meta.url).pathname;
  for (const file of globSync("**/*.{ts,tsx}", { cwd: folder })) {
    const source = readFileSync(`${folder}/${file}`, "utf8");
    for (const [, body = ""] of source.matchAll(/useHotkeys\(\{([\s\S]*?)\}\);/g)) {
      for (const [, quoted, bare] of body.matchAll(/(?:^|[,{\s])(?:"([^"\n]+)"|(\w)|(?:End)):\s*\(/g)) {
        keys.add(quoted ?? bare ?? "End");
      }
    }
  }
  return keys;
};

/** Keys that are no matter of `useHotkeys`: combinations, and what acts only where the focus is. */
const ELSEWHERE = ["Mod+K", "Mod+F", "Mod+Shift+L", "Space", "Escape", "Enter"];

describe("the table of keys", () => {
  test("says of each key what was specified", () => {
    for (const { keys, does } of KEY_MAP) {
      const meaning = SPECIFIED[keys];
      expect(meaning, `${keys} is not in the specified map`).toBeDefined();
      expect(does, keys).toMatch(meaning ?? /$^/);
    }
  });

  test("holds every key that a page listens to, and no other", () => {
    const listened = new Set([...listenedTo(), ...SECTIONS.map(({ keys }) => keys)]);
    const table = new Set(KEY_MAP.map(({ keys }) => keys).filter((keys) => !ELSEWHERE.includes(keys)));
    expect([...table].toSorted()).toEqual([...listened].toSorted());
  });

  test("has one meaning for a key in one place", () => {
    const places = KEY_MAP.map(({ keys, place }) => `${place} ${keys}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test("shows keys as they are printed", () => {
    expect(keyCaps("Mod+Shift+L", true)).toEqual(["⌘", "⇧", "L"]);
    expect(keyCaps("Mod+K", false)).toEqual(["Ctrl", "K"]);
    expect(keyCaps("g f", false)).toEqual(["g", "f"]);
    expect(keyCaps("/", false)).toEqual(["/"]);
  });
});

describe("[WCAG 2.1.4] single keys", () => {
  const on = { areSingleKeysOn: true, moved: {} };

  test("can be switched off, without those that are no characters", () => {
    const off = { ...on, areSingleKeysOn: false };
    expect(meantBy("w", off)).toBeNull();
    expect(meantBy("g f", off)).toBeNull();
    expect(meantBy("End", off)).toBe("End");
    expect(meantBy("w", on)).toBe("w");
  });

  test("can be put elsewhere", () => {
    const moved = { ...on, moved: { w: "q" } };
    expect(meantBy("q", moved)).toBe("w");
    expect(meantBy("w", moved)).toBeNull();
    expect(meantBy("n", moved)).toBe("n");
    expect(pressedFor("w", moved)).toBe("q");
    expect(pressedFor("n", moved)).toBe("n");
    expect(KEY_MAP.filter(isMovable).map(({ keys }) => keys)).toContain("w");
    expect(KEY_MAP.filter(isMovable).map(({ keys }) => keys)).not.toContain("g f");
  });

  test("preferences survive whatever was stored", () => {
    expect(parseKeyPreferences(null)).toEqual(on);
    expect(parseKeyPreferences("nonsense")).toEqual(on);
    expect(parseKeyPreferences('{"areSingleKeysOn":false,"moved":{"w":"q","x":7,"g f":"h"}}')).toEqual({
      areSingleKeysOn: false,
      moved: { w: "q" },
    });
  });
});
