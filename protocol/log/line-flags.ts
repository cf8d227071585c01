/** The flag byte of a line: bit 0 stream, bits 1–4 level, bit 5 continuation, bit 6 truncated, bit 7 loss record. */
import { LEVEL_NAMES, type Level } from "./level.ts";

/** Docker's stream of a line: 0 stdout, 1 stderr. */
export type StreamNumber = 0 | 1;
export const STDOUT = 0;
export const STDERR = 1;
export const STREAM_NAMES = ["stdout", "stderr"] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

export const FLAG_STDERR = 0x01;
export const FLAG_LEVEL_SHIFT = 1;
const FLAG_LEVEL_BITS = 0x1e;
/** The line belongs to the one before it (stack frame, wrapped message) and carries its level. */
export const FLAG_CONTINUATION = 0x20;
/** The text was cut at the line limit; the original length is kept beside it. */
export const FLAG_TRUNCATED = 0x40;
/** Not a line but a loss record (`loss.ts`); no other flag may be set with it. */
export const FLAG_LOSS = 0x80;

export const flagsOf = (stream: StreamNumber, level: Level): number => stream | (level << FLAG_LEVEL_SHIFT);
export const levelOfFlags = (flags: number): Level => ((flags & FLAG_LEVEL_BITS) >> FLAG_LEVEL_SHIFT) as Level;
export const streamOfFlags = (flags: number): StreamNumber => (flags & FLAG_STDERR) as StreamNumber;

/** 1 for every byte that is a legal combination of flags. */
export const LEGAL_FLAGS: Uint8Array = Uint8Array.from({ length: 256 }, (_, flags) => {
  if ((flags & FLAG_LOSS) !== 0) return flags === FLAG_LOSS ? 1 : 0;
  return levelOfFlags(flags) < LEVEL_NAMES.length ? 1 : 0;
});
