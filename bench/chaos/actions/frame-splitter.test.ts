import { expect, test } from "vitest";
import { FrameSplitter } from "./frame-splitter.ts";

const MASK = Buffer.from([0x12, 0xfe, 0x00, 0x9b]);

/** By RFC 6455 §5.2, as a client (masked) or a server writes it. */
const frame = (opcode: 1 | 2, text: string, isMasked: boolean): Buffer => {
  const payload = Buffer.from(text);
  const length = Buffer.alloc(payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8);
  if (length.length === 2) length.writeUInt16BE(payload.length);
  if (length.length === 8) length.writeBigUInt64BE(BigInt(payload.length));
  const short = length.length === 0 ? payload.length : length.length === 2 ? 126 : 127;
  const head = Buffer.from([0x80 | opcode, (isMasked ? 0x80 : 0) | short]);
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (MASK[at % 4] ?? 0)));
  return Buffer.concat(isMasked ? [head, length, MASK, masked] : [head, length, payload]);
};

const SHORT = ["", "a", "é".repeat(62), "b".repeat(126)];
const LONG = [...SHORT, "c".repeat(65_535), "d".repeat(70_000)];

test.for([
  { texts: SHORT, step: 1 },
  { texts: SHORT, step: 7 },
  { texts: LONG, step: 4_096 },
  { texts: LONG, step: 1_000_000 },
])("frames come out whole and unchanged, however they were cut, and texts can be read: $step", ({ texts, step }) => {
  for (const isMasked of [true, false]) {
    const stream = Buffer.concat(texts.flatMap((text) => [frame(1, text, isMasked), frame(2, text, isMasked)]));
    const splitter = new FrameSplitter();
    const passed = [];
    for (let at = 0; at < stream.length; at += step) passed.push(...splitter.push(stream.subarray(at, at + step)));
    expect(Buffer.concat(passed.map(({ bytes }) => bytes)).equals(stream)).toBe(true);
    expect(passed.map(({ text }) => text)).toEqual(texts.flatMap((text) => [text, null]));
  }
});
