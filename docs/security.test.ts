import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "..");
const text = readFileSync(path.join(import.meta.dirname, "security.md"), "utf8");
const claims = text
  .slice(text.indexOf("| attacker has"), text.indexOf("## Said openly"))
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) => line.split(" | "));

/** A file, and the titles of its tests that are named after it. */
const proofsOf = (cell: string) =>
  [...cell.matchAll(/`([^`]+\.ts)`([^`]*)/g)].map(([, file = "", after = ""]) => ({
    file,
    titles: [...after.matchAll(/«([^»]+)»/g)].map(([, title = ""]) => title),
  }));

test("every claim of the security model names its attacker, what they cannot do, and a proof", () => {
  expect(claims.length).toBeGreaterThan(10);
  for (const claim of claims) {
    expect(claim).toHaveLength(4);
    expect(proofsOf(claim[3] ?? ""), claim[0]).not.toEqual([]);
  }
});

test.each(claims.flatMap((claim) => proofsOf(claim[3] ?? "")))("$file has the tests that prove a claim", (proof) => {
  const file = path.join(ROOT, proof.file);
  expect(existsSync(file), proof.file).toBe(true);
  const source = readFileSync(file, "utf8");
  for (const title of proof.titles) expect(source).toContain(title);
});
