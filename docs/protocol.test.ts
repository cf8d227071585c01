import { readFileSync } from "node:fs";
import path from "node:path";
import { listFiles, readSource, TEST_FILE } from "@yardarm/testkit/source-tree";
import { expect, test } from "vitest";

const FAMILIES = "CON|MSG|LOG|KEY|REQ|TEN|ACT|PRO|POL";
const text = readFileSync(path.join(import.meta.dirname, "protocol.md"), "utf8");
const rules = [...text.matchAll(new RegExp(`^- \\*\\*((?:${FAMILIES})-\\d+)\\*\\* `, "gm"))].map(([, rule]) => rule);
const cited = new Set(
  listFiles()
    .filter((file) => TEST_FILE.test(file))
    .flatMap((file) => [...readSource(file).matchAll(new RegExp(`\\[((?:${FAMILIES})-\\d+)\\]`, "g"))])
    .map(([, rule]) => rule),
);

test("rules are numbered without holes, each once", () => {
  const families = Map.groupBy(rules, (rule) => rule?.split("-")[0]);
  for (const [family, members] of families) {
    expect(members).toEqual(members.map((_, index) => `${family}-${index + 1}`));
  }
  expect(families.size).toBe(FAMILIES.split("|").length);
});

test("tests cite only rules that exist", () => {
  expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([]);
});

test("every rule is proven by a test that cites it", () => {
  expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
});
