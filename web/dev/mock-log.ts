import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import { flagsOf, STDOUT } from "@yardarm/protocol/log/line-flags";
import { DEBUG, ERROR, INFO, type Level, WARN } from "@yardarm/protocol/log/level";

/** A log that is a function of the line number, so that a line fetched twice is the same line. */

const LEVELS: readonly Level[] = [INFO, INFO, DEBUG, INFO, WARN, INFO, INFO, ERROR];
const NAMES: Readonly<Record<number, string>> = { [INFO]: "INFO", [DEBUG]: "DEBUG", [WARN]: "WARN", [ERROR]: "ERROR" };
/** A line every so often. */
export const LINE_MS = 200;

const encoder = new BatchEncoder();
const utf8 = new TextEncoder();

/** Lines `fromSeq` to `toSeq` (exclusive) as one frame; line 0 was written at `originMs`. */
export const makeLogFrame = (alias: number, originMs: number, fromSeq: number, toSeq: number): Uint8Array => {
  for (let seq = fromSeq; seq < toSeq; seq += 1) {
    const level = LEVELS[seq % LEVELS.length] ?? INFO;
    const text = utf8.encode(`${NAMES[level]} request ${seq} served in ${(seq * 37) % 190} ms`);
    const atMs = originMs + seq * LINE_MS;
    encoder.append(Math.floor(atMs / 1_000), (atMs % 1_000) * 1_000_000, flagsOf(STDOUT, level), text, 0, text.length);
  }
  const frame = encoder.finish(fromSeq, { prefixBytes: FRAME_PREFIX_BYTES });
  writeFramePrefix(frame, FRAME_LOG_BATCH, alias);
  return frame;
};
