/**
 * The reference of the file source: the barest reader of the json-file driver's file. It waits for inotify, reads what is
 * there and splits it into lines; nothing is decoded or kept.
 */
import { closeSync, openSync, readSync, watch } from "node:fs";
import type { BareReader } from "./bare-reader.ts";

const BUFFER_BYTES = 1024 * 1024;
const HEAD_BYTES = '{"log":"'.length;
const LINE_FEED = 0x0a;

export interface BareFileReaderOptions {
  readonly logPath: string;
  /** Lines to read behind the writer's `ready`. */
  readonly lines: number;
  /** As in `BareReaderOptions`. */
  readonly onLine?: (bytes: Buffer, start: number, end: number) => void;
}

export const openBareFileReader = ({ logPath, lines, onLine }: BareFileReaderOptions): BareReader => {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const fd = openSync(logPath, "r");
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let kept = 0;
  let left = lines + 1;
  let isReady = false;
  const take = (): void => {
    for (;;) {
      const bytes = readSync(fd, buffer, kept, BUFFER_BYTES - kept, null);
      if (bytes === 0) break;
      const length = kept + bytes;
      let start = 0;
      for (;;) {
        const end = buffer.indexOf(LINE_FEED, start);
        if (end === -1 || end >= length) break;
        if (isReady) onLine?.(buffer, start + HEAD_BYTES, end);
        isReady = true;
        left -= 1;
        start = end + 1;
      }
      buffer.copyWithin(0, start, length);
      kept = length - start;
    }
    if (left <= 0) resolve();
  };
  const watcher = watch(logPath, take);
  take();
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    watcher.close();
    closeSync(fd);
  };
  return { done, close };
};
