import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../errors.ts";
import { MAX_VARINT_BYTES, unzigzag, VarintReader, writeVarint, zigzag } from "./varint.ts";

const MAX = Number.MAX_SAFE_INTEGER;

const encoded = (value: number): Uint8Array => {
  const target = new Uint8Array(MAX_VARINT_BYTES);
  return target.subarray(0, writeVarint(target, 0, value));
};
const hex = (value: number): string => Buffer.from(encoded(value)).toString("hex");
const decoded = (bytes: readonly number[]): number => new VarintReader(Uint8Array.from(bytes), 0, bytes.length).next();

describe("varint", () => {
  test.each([
    [0, "00"],
    [1, "01"],
    [127, "7f"],
    [128, "8001"],
    [300, "ac02"],
    [2 ** 31 - 1, "ffffffff07"],
    [2 ** 31, "8080808008"],
    [2 ** 32, "8080808010"],
    [2 ** 35 + 1, "818080808001"],
    [MAX, "ffffffffffffff0f"],
  ])("%d is written as %s", (value, expected) => {
    expect(hex(value)).toBe(expected);
    expect(decoded([...encoded(value)])).toBe(value);
  });

  test("round trip of any sequence, and the reader knows its end", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(300)), { maxLength: 40 }), (values) => {
        const target = new Uint8Array(values.length * MAX_VARINT_BYTES);
        let end = 0;
        for (const value of values) end = writeVarint(target, end, value);
        const reader = new VarintReader(target, 0, end);
        expect(values.map(() => reader.next())).toEqual(values);
        expect(reader.isAtEnd).toBe(true);
      }),
    );
  });

  test.each([
    ["nothing", []],
    ["a cut value", [0x80]],
    ["a value longer than needed", [0x81, 0x00]],
    ["a value of 2^53", [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]],
    ["a value of nine bytes", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])("%s is malformed", (_, bytes) => {
    expect(() => decoded(bytes)).toThrow(ProtocolError);
  });
});

describe("zigzag", () => {
  test("small magnitudes come first", () => {
    expect([0, -1, 1, -2, 2].map(zigzag)).toEqual([0, 1, 2, 3, 4]);
    expect(zigzag(2 ** 52 - 1)).toBe(MAX - 1);
    expect(zigzag(-(2 ** 52 - 1))).toBe(MAX - 2);
  });

  test("round trip below 2^52, around 2^30 and 2^31 too", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }), fc.integer()), (value) => {
        expect(unzigzag(zigzag(value))).toBe(value);
      }),
    );
    for (const value of [2 ** 30 - 1, 2 ** 30, 2 ** 31 - 1, 2 ** 31]) {
      expect(unzigzag(zigzag(value))).toBe(value);
      expect(unzigzag(zigzag(-value))).toBe(-value);
    }
  });
});
