import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/**
 * Prints what the browser has to load, compressed, and fails when the first page needs more script than its budget.
 * "Initial" is the entry with everything that it imports at once; the fleet page is part of it.
 */

const BUDGET_BYTES = 260_000;
const dist = new URL("../dist/", import.meta.url);

type Chunk = {
  readonly file: string;
  readonly src?: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
};

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8")) as Readonly<
  Record<string, Chunk>
>;

const gzipBytes = (file: string): number => gzipSync(readFileSync(new URL(file, dist))).length;

/** The files that load together with the chunk `key`. */
const closure = (key: string, seen = new Set<string>()): Set<string> => {
  const chunk = manifest[key];
  if (chunk === undefined || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const css of chunk.css ?? []) seen.add(css);
  for (const imported of chunk.imports ?? []) closure(imported, seen);
  return seen;
};

const sum = (files: Iterable<string>, suffix: string): number =>
  [...files].filter((file) => file.endsWith(suffix)).reduce((total, file) => total + gzipBytes(file), 0);

const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1).padStart(7)} KB`;

const entry = Object.entries(manifest).find(([, chunk]) => chunk.isEntry === true);
if (entry === undefined) throw new Error("The manifest names no entry: build the interface first.");
const initial = closure(entry[0]);
const initialScript = sum(initial, ".js");

const lines = [`${kilobytes(initialScript)}  initial script (budget ${BUDGET_BYTES / 1_000} KB)`];
lines.push(`${kilobytes(sum(initial, ".css"))}  initial style`);
for (const [key, chunk] of Object.entries(manifest)) {
  if (chunk.src === undefined || chunk.isEntry === true || !chunk.file.endsWith(".js")) continue;
  const added = [...closure(key)].filter((file) => !initial.has(file));
  lines.push(`${kilobytes(sum(added, ".js"))}  + ${key}`);
}
process.stdout.write(`Compressed (gzip):\n${lines.join("\n")}\n`);
if (initialScript > BUDGET_BYTES) {
  process.stderr.write(`The initial script is ${initialScript - BUDGET_BYTES} bytes above its budget.\n`);
  process.exitCode = 1;
}
