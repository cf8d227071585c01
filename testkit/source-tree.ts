import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The repository's own text, for tests and scripts that look at the tree as a whole. */
export const repositoryRoot = path.resolve(import.meta.dirname, "..");

export const SOURCE_FILE = /\.(ts|tsx|mjs)$/;
export const TEST_FILE = /\.(test|contract|e2e)\.tsx?$/;

const NOT_OURS = new Set([".git", ".cache", "node_modules", "dist", "data", "test-results", "playwright-report"]);

/** Paths, relative to the root, of every file that belongs to the repository: nothing installed, built or left by a run. */
export function listFiles(folder = ""): readonly string[] {
  return readdirSync(path.join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (NOT_OURS.has(entry.name) && entry.isDirectory()) return [];
    return entry.isDirectory() ? listFiles(file) : entry.isFile() ? [file] : [];
  });
}

export const readSource = (file: string): string => readFileSync(path.join(repositoryRoot, file), "utf8");

/** Lines that are neither blank nor comment: what size limits count. */
export function countCodeLines(source: string): number {
  const withoutBlocks = source.replaceAll(/^\s*\/\*[\s\S]*?\*\/[ \t]*$/gm, "");
  return withoutBlocks.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;
}

export interface ImportStatement {
  readonly specifier: string;
  /** `import type` and `export type`: erased before the program runs. */
  readonly typeOnly: boolean;
}

const STATIC = /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?["']([^"'\n]+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"'\n]+)["']\s*\)(\.[A-Z])?/g;

/** Every import of a source text, found by its shape at the start of a line (formatted code has no other) or as `import("…")`. */
export function findImports(source: string): readonly ImportStatement[] {
  const code = source.replaceAll(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*)/gm, "");
  return [
    ...[...code.matchAll(STATIC)].map((m) => ({ specifier: m[2] ?? "", typeOnly: m[1] !== undefined })),
    ...[...code.matchAll(DYNAMIC)].map((m) => ({ specifier: m[1] ?? "", typeOnly: m[2] !== undefined })),
  ];
}
