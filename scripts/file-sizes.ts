import { countCodeLines, listFiles, readSource, SOURCE_FILE, TEST_FILE } from "../testkit/source-tree.ts";

/** Sizes of source files per package, in lines that are neither blank nor comment. Informs; the hard limit is lint's. */

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** A table: files, median, p90 and the largest file of every package, tests left out. We aim at a median of 100 and a p90 of 250. */
export function describeFileSizes(): string {
  const byPackage = new Map<string, { readonly file: string; readonly lines: number }[]>();
  for (const file of listFiles()) {
    if (!SOURCE_FILE.test(file) || TEST_FILE.test(file) || !file.includes("/")) continue;
    const name = file.split("/")[0] ?? "";
    byPackage.set(name, [...(byPackage.get(name) ?? []), { file, lines: countCodeLines(readSource(file)) }]);
  }
  const rows = [...byPackage]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, files]) => {
      const sorted = files.sort((a, b) => a.lines - b.lines);
      const lines = sorted.map((file) => file.lines);
      const largest = sorted.at(-1);
      const cells = [files.length, quantile(lines, 0.5), quantile(lines, 0.9)].map((cell) => String(cell).padStart(8));
      return `${name.padEnd(10)}${cells.join("")}  ${largest?.lines} ${largest?.file}`;
    });
  return [
    `${"package".padEnd(10)}${["files", "median", "p90"].map((h) => h.padStart(8)).join("")}  largest`,
    ...rows,
  ].join("\n");
}

if (import.meta.main) console.log(describeFileSizes());
