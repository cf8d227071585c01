/** Where in a container's files a reading begins. Nothing is decoded but the few lines that are looked at. */

import { LF } from "../level/byte-class.ts";
import { stampNs } from "../reading/line-tail.ts";
import type { ReadFrom } from "../log-source.ts";
import { lastStampOf } from "./gzip-log.ts";
import { JsonLogParser } from "./json-log-parser.ts";
import type { LogFile } from "./log-file.ts";

export type Beginning = {
  /** Among the files that were searched. */
  readonly index: number;
  /** Of a line's first byte. */
  readonly offset: number;
};

/** Longer than any line that the engine writes. */
export const LONGEST_LINE_BYTES = 256 * 1024;
/** Read in front of a hint: enough lines to recognise the place by, and the beginning of a long one. */
const HINT_MARGIN_BYTES = 128 * 1024;
/** stdout and stderr are stamped out of order by milliseconds, and a file's own time is that of a coarse clock. */
const MARGIN_NS = 1_000_000_000n;
const START: Beginning = { index: 0, offset: 0 };

/** `files` oldest first. */
export const findBeginning = (files: readonly LogFile[], from: ReadFrom): Beginning => {
  switch (from.kind) {
    case "beginning":
      return START;
    case "tail":
      return beforeLast(files, from.messages);
    case "since":
      return byHint(files, from) ?? byStamp(files, from.tsNs - MARGIN_NS);
  }
};

/** A hint counts only when what is there is older than the line that it was made for. */
const byHint = (files: readonly LogFile[], { hint }: Extract<ReadFrom, { kind: "since" }>): Beginning | null => {
  if (hint === undefined) return null;
  const index = files.findIndex(({ inode, isCompressed }) => inode === hint.place.inode && !isCompressed);
  const file = files[index];
  if (file === undefined || hint.place.offset > file.sizeBytes) return null;
  const first = lineFrom(file, Math.max(0, hint.place.offset - HINT_MARGIN_BYTES));
  // What stands behind the hint may be older as well: the clock may have been set back.
  const isBefore = first !== null && first.offset < hint.place.offset && first.tsNs < hint.lastNs;
  return isBefore ? { index, offset: first.offset } : null;
};

/** Leaves out whole files that are older, and halves the first one that is not until the place is near. */
const byStamp = (files: readonly LogFile[], tsNs: bigint): Beginning => {
  const found = files.findIndex((file, index) => index === files.length - 1 || !isOlder(file, tsNs));
  const file = files[found];
  if (file === undefined || file.isCompressed) return { index: Math.max(0, found), offset: 0 };
  let low = 0;
  let high = file.sizeBytes;
  while (high - low > LONGEST_LINE_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const line = lineFrom(file, middle);
    if (line !== null && line.tsNs < tsNs) low = line.offset;
    else high = middle;
  }
  return { index: found, offset: low };
};

const isOlder = (file: LogFile, tsNs: bigint): boolean => {
  const lastNs = file.isCompressed ? lastStampOf(file) : file.writtenAtNs;
  return lastNs !== null && lastNs < tsNs;
};

/** A line that made the engine rotate was stamped just before the file was made, by a clock that ticks every few ms. */
const ROTATION_TICK_NS = 10_000_000n;

/**
 * True when the engine has removed older files than the oldest one: it keeps as many as it may (`maxFiles`), and the oldest
 * one was made for a line, not for the container's start. Of a compressed file the latter cannot be told.
 */
export const hasLostBeginning = (files: readonly LogFile[], maxFiles: number): boolean => {
  const [oldest] = files;
  if (oldest === undefined || files.length < maxFiles) return false;
  if (oldest.isCompressed) return true;
  const first = lineFrom(oldest, 0);
  return first !== null && first.tsNs < oldest.madeAtNs + ROTATION_TICK_NS;
};

/** The first whole line that begins at `from` or behind it, within the longest line's length. */
const lineFrom = (file: LogFile, from: number): { readonly offset: number; readonly tsNs: bigint } | null => {
  const bytes = Buffer.allocUnsafe(2 * LONGEST_LINE_BYTES);
  // A line begins behind the line feed of the one before it.
  const at = Math.max(0, from - 1);
  const length = file.read(bytes, 0, bytes.length, at);
  const lineFeed = from === 0 ? -1 : bytes.subarray(0, length).indexOf(LF);
  if (from > 0 && lineFeed === -1) return null;
  let found: { readonly offset: number; readonly tsNs: bigint } | null = null;
  const parser = new JsonLogParser({
    message: (_stream, seconds, nanos) => {
      found ??= { offset: at + parser.lineStart, tsNs: stampNs(seconds, nanos) };
      parser.stop();
    },
    damage: () => {},
  });
  parser.feed(bytes, lineFeed + 1, length);
  return found;
};

/** Counts lines from the end. What is compressed cannot be counted so, and is read whole when it comes to that. */
const beforeLast = (files: readonly LogFile[], messages: number): Beginning => {
  const bytes = Buffer.allocUnsafe(LONGEST_LINE_BYTES);
  let left = messages;
  for (let index = files.length - 1; index >= 0; index--) {
    const file = files[index] as LogFile;
    if (file.isCompressed) return { index, offset: 0 };
    // What is behind the last line feed is no line yet.
    let isBehindLast = true;
    for (let end = file.sizeBytes; end > 0; ) {
      const start = Math.max(0, end - bytes.length);
      const length = file.read(bytes, 0, end - start, start);
      for (let at = length - 1; at >= 0; at--) {
        if (bytes[at] !== LF) continue;
        if (!isBehindLast) left--;
        isBehindLast = false;
        if (left === 0) return { index, offset: start + at + 1 };
      }
      end = start;
    }
    if (!isBehindLast) left--;
    if (left <= 0) return { index, offset: 0 };
  }
  return START;
};
