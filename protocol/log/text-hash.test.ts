import { describe, expect, test } from "vitest";
import { hashHex, hashText, hashTextInto } from "./text-hash.ts";
import { encodeUtf8 } from "./utf8.ts";

const GOLDEN_TEXTS = ["", "a", "abcd", "abcde", "2026-01-02 INFO ready", "\u0000\u0000"];

describe("text hash", () => {
  test("is what agents of every version compute", () => {
    expect(GOLDEN_TEXTS.map((text) => hashText(encodeUtf8(text)))).toMatchInlineSnapshot(`
      [
        "a9e3da1632905d05",
        "b6e8fb075f70c890",
        "f1e17ca035e8573a",
        "63353d59a2f412a6",
        "94ce4ef093bc9b17",
        "c754387ce35b8c93",
      ]
    `);
  });

  test("depends on the bytes of the range only", () => {
    const bytes = encodeUtf8("xxhello worldyy");
    expect(hashText(bytes, 2, 13)).toBe(hashText(encodeUtf8("hello world")));
    const halves = new Int32Array(4);
    hashTextInto(halves, 2, bytes, 2, 13);
    expect(hashHex(halves[2] as number, halves[3] as number)).toBe(hashText(bytes, 2, 13));
    expect([halves[0], halves[1]]).toEqual([0, 0]);
  });

  test("numbered lines, zero runs and swapped words do not collide, in neither half", () => {
    const high = new Set<string>();
    const low = new Set<string>();
    const whole = new Set<string>();
    const add = (bytes: Uint8Array): void => {
      const hash = hashText(bytes);
      high.add(hash.slice(0, 8));
      low.add(hash.slice(8));
      whole.add(hash);
    };
    const count = 100_000;
    for (let index = 0; index < count; index++) add(encodeUtf8(`line ${index} of the same container`));
    for (let length = 0; length < 500; length++) add(new Uint8Array(length));
    add(encodeUtf8("abcdefgh"));
    add(encodeUtf8("efghabcd"));
    const total = count + 502;
    expect(whole.size).toBe(total);
    // Two 32-bit values of a good hash collide about total² / 2^33 = 1.2 times; ten times that would show a weak lane.
    expect(high.size).toBeGreaterThan(total - 12);
    expect(low.size).toBeGreaterThan(total - 12);
  });
});
