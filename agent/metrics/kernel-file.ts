/**
 * Reads the kernel's small files at once. They are opened anew each time: that costs 3 µs more than a kept descriptor,
 * and in exchange nothing has to be kept, counted and dropped when a container goes.
 */
import { closeSync, openSync, readSync } from "node:fs";

/** `memory.stat` is the longest, about 2 KB; what is longer is cut. */
const buffer = Buffer.allocUnsafeSlow(32 * 1024);

/** The file's text; `null` when it is not there, not readable, or belongs to something that has just gone. */
export const readKernelFile = (path: string): string | null => {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return null;
  }
  try {
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.toString("latin1", 0, length);
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
};

/** The number that a file consists of; `null` for anything else ("max"). */
export const readKernelNumber = (path: string): number | null => {
  const text = readKernelFile(path)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
};

/** The number behind `key` in a file of `key value` lines; `null` when the key is missing. */
export const fieldOf = (text: string | null, key: string): number | null => {
  if (text === null) return null;
  const lineEnd = text.indexOf(`\n${key} `);
  if (lineEnd === -1 && !text.startsWith(`${key} `)) return null;
  const at = lineEnd === -1 ? 0 : lineEnd + 1;
  const value = Number.parseInt(text.slice(at + key.length + 1, at + key.length + 24), 10);
  return Number.isNaN(value) ? null : value;
};
