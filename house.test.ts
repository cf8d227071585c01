import path from "node:path";
import { expect, test } from "vitest";
import { listFiles, readSource, SOURCE_FILE, TEST_FILE } from "./testkit/source-tree.ts";

/** House rules that no linter knows: names, test suffixes, suppressions, and that the tree speaks of nothing outside itself. */

const files = listFiles();
const sources = files.filter((file) => SOURCE_FILE.test(file));
const tests = files.filter((file) => TEST_FILE.test(file));

const BEGGING_NAMES = new Set(["util", "utils", "helper", "helpers", "common", "services", "managers"]);

test("no folder and no file has a name that says nothing", () => {
  const names = (file: string) => file.split("/").map((part) => part.split(".")[0] ?? "");
  expect(files.filter((file) => names(file).some((name) => BEGGING_NAMES.has(name)))).toEqual([]);
});

test("index.ts exists only as the public entry of protocol", () => {
  const entries = sources.filter((file) => /(^|\/)index\.tsx?$/.test(file) && file !== "protocol/index.ts");
  expect(entries).toEqual([]);
});

test("files are kebab-case, React components PascalCase", () => {
  const stem = (file: string) => path.basename(file).replace(/(\.[a-z0-9]+)*\.(ts|tsx|mjs)$/, "");
  const wrong = sources.filter((file) => {
    const isComponent = file.endsWith(".tsx") && /^[A-Z][A-Za-z0-9]*$/.test(stem(file));
    return !isComponent && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem(file));
  });
  expect(wrong).toEqual([]);
});

test("every test file has a suffix that a test project runs", () => {
  const known = /^[^.]+\.(test\.tsx?|pg\.test\.ts|docker\.test\.ts|e2e\.ts|contract\.ts)$/;
  const placed = (file: string) => {
    if (file.startsWith("web/")) return /^[^.]+\.test\.tsx?$/.test(path.basename(file));
    if (file.endsWith(".e2e.ts")) return file.startsWith("e2e/");
    return known.test(path.basename(file)) && !file.endsWith(".tsx");
  };
  expect(
    tests.filter((file) => !placed(file)),
    "no project in vitest.config.ts or e2e/playwright.config.ts runs these",
  ).toEqual([]);
});

test("no test is switched off, and none switches the others off", () => {
  const switches = /\b(?:test|it|describe)(?:\.\w+)*\.(?:skip|only|todo|fixme)\s*\(/;
  expect(tests.filter((file) => switches.test(readSource(file)))).toEqual([]);
});

test("a suppression of lint or types carries its reason on the same line", () => {
  const lines = sources
    .filter((file) => file !== "house.test.ts") // which has to name them
    .flatMap((file) =>
      readSource(file)
        .split("\n")
        .map((line, index) => ({ line, place: `${file}:${index + 1}` })),
    );
  const unexplained = lines.filter(({ line }) => {
    if (/\/[/*].*@ts-(ignore|nocheck)/.test(line)) return true;
    if (/\/[/*].*@ts-expect-error/.test(line)) return !/@ts-expect-error\W+\w.{8,}/.test(line);
    if (/\/[/*].*biome-ignore/.test(line)) return !/biome-ignore\S* [^:]+: \S.{8,}/.test(line);
    return /\/[/*].*(oxlint|eslint)-disable/.test(line) && !/ -- \S.{8,}/.test(line);
  });
  expect(unexplained.map(({ place }) => place)).toEqual([]);
});

test("the tree names no path outside itself that only some machine has", () => {
  const outside = ["work", "shared", "brief"].map((name) => `(?<![\\w.-])(?:/tmp)?/${name}/`);
  const relative = [["..", "shared"].join("/")].map((name) => name.replaceAll(".", "\\."));
  const pattern = new RegExp([...outside, ...relative].join("|"));
  expect(files.filter((file) => pattern.test(readSource(file)))).toEqual([]);
});
