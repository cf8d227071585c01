/** The result as a table for a terminal. */
import type { BenchResult } from "./summary.ts";

const HEADINGS = ["metric", "value", "spread", "unit", "reference", "ratio", "goal", "ok"] as const;
/** Columns of numbers stand right. */
const RIGHT = new Set<number>([1, 2, 4, 5]);

export const renderTable = (results: readonly BenchResult[]): string => {
  const rows = [HEADINGS, ...results.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
};

const cellsOf = (result: BenchResult): readonly string[] => [
  result.metric,
  number(result.value),
  result.spread.map(number).join("–"),
  result.unit,
  result.reference === null ? "" : number(result.reference),
  result.ratio === null ? "" : number(result.ratio),
  result.goal ?? "",
  result.ok === null ? "" : result.ok ? "yes" : "NO",
];

const number = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 4 });
