import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../errors.ts";
import { type LogCursor, parseCursorPayload } from "./cursor.ts";
import {
  encodeCursorFrame,
  FRAME_LOG_BATCH,
  FRAME_LOG_CURSOR,
  FRAME_PREFIX_BYTES,
  parseFramePrefix,
  writeFramePrefix,
} from "./frame.ts";

const cursor: LogCursor = { nextSeq: 3, tsNs: "17", ordinal: 0, tail: [{ tsNs: "17", hash: "00112233445566ff" }] };

describe("frame prefix", () => {
  test("one byte of kind, four of alias, little-endian", () => {
    const frame = new Uint8Array(6);
    writeFramePrefix(frame, FRAME_LOG_BATCH, 0x8070_6001);
    expect([...frame]).toEqual([1, 0x01, 0x60, 0x70, 0x80, 0]);
    expect(parseFramePrefix(frame)).toEqual({ kind: FRAME_LOG_BATCH, alias: 0x8070_6001 });
  });

  test("round trip of every alias", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (alias) => {
        const frame = new Uint8Array(FRAME_PREFIX_BYTES + 1);
        writeFramePrefix(frame, FRAME_LOG_CURSOR, alias);
        expect(parseFramePrefix(frame).alias).toBe(alias);
      }),
    );
  });

  test.each([
    ["an empty frame", []],
    ["a frame without payload", [1, 1, 0, 0, 0]],
    ["an unknown kind", [4, 1, 0, 0, 0, 9]],
    ["kind 0", [0, 1, 0, 0, 0, 9]],
    ["alias 0", [1, 0, 0, 0, 0, 9]],
  ])("%s is malformed", (_, bytes) => {
    expect(() => parseFramePrefix(Uint8Array.from(bytes))).toThrow(ProtocolError);
  });

  test("a cursor frame carries its cursor", () => {
    const frame = encodeCursorFrame(77, cursor);
    expect(parseFramePrefix(frame)).toEqual({ kind: FRAME_LOG_CURSOR, alias: 77 });
    expect(parseCursorPayload(frame.subarray(FRAME_PREFIX_BYTES))).toEqual(cursor);
  });
});
