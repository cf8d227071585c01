import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../errors.ts";
import { LOG_BATCH_LINES, LOG_FRAME_RAW_BYTES, LOG_LINE_BYTES } from "../limits.ts";
import { type Decompress, decodeBatch } from "./batch.ts";
import { BatchEncoder, type FinishOptions } from "./batch-encoder.ts";
import { BATCH_HEADER_BYTES, BATCH_SPAN_NS, readBatchHeader } from "./batch-header.ts";
import { ERROR, FATAL, INFO, UNKNOWN, WARN } from "./level.ts";
import { FLAG_CONTINUATION, FLAG_LOSS, FLAG_TRUNCATED, flagsOf, STDERR, STDOUT } from "./line-flags.ts";
import { encodeUtf8 } from "./utf8.ts";

interface Line {
  readonly at: readonly [seconds: number, nanos: number];
  readonly flags: number;
  readonly text: string;
  readonly originalLength?: number;
}

const encode = (firstSeq: number, lines: readonly Line[], options?: FinishOptions): Uint8Array => {
  const encoder = new BatchEncoder();
  for (const { at, flags, text, originalLength } of lines) {
    const bytes = encodeUtf8(text);
    expect(encoder.append(at[0], at[1], flags, bytes, 0, bytes.length, originalLength)).toBe(true);
  }
  return encoder.finish(firstSeq, options);
};

const decompress: Decompress = (body, maxBytes) => zstdDecompressSync(body, { maxOutputLength: maxBytes });
const fromHex = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(/\s/g, ""), "hex");

/** The bytes are the format: if one of these changes, so must the format version. */
const GOLDEN: readonly {
  readonly name: string;
  readonly firstSeq: number;
  readonly lines: readonly Line[];
  readonly hex: string;
}[] = [
  {
    name: "one line",
    firstSeq: 0,
    lines: [{ at: [1_767_323_045, 123_456_789], flags: flagsOf(STDOUT, INFO), text: "hi" }],
    hex: `01 00 0800 01000000 0000000000000000 15fff123f2ca8618 15fff123f2ca8618 05000000 01000000 01000000 00000000
          00 06 02 6869`,
  },
  {
    name: "stamps that go back, both streams, a stack trace, a cut line, an empty line, a loss record, seq beyond 32 bits",
    firstSeq: 2 ** 40 + 7,
    lines: [
      { at: [10, 5], flags: flagsOf(STDOUT, WARN), text: "a" },
      { at: [9, 999_999_999], flags: flagsOf(STDERR, ERROR), text: "boom" },
      { at: [9, 999_999_999], flags: flagsOf(STDERR, ERROR) | FLAG_CONTINUATION, text: "\tat x" },
      { at: [20, 0], flags: flagsOf(STDOUT, UNKNOWN) | FLAG_TRUNCATED, text: "é", originalLength: 10_000_000 },
      { at: [20, 0], flags: flagsOf(STDOUT, FATAL), text: "" },
      { at: [20, 1], flags: FLAG_LOSS, text: "{}" },
    ],
    hex: `01 00 7100 06000000 0700000000010000 ffe30b5402000000 01c817a804000000 28000000 0a000000 0a000000 00000000
          0c 0b 00 8290dfc04a 00 02 08 0b 2b 40 0c 80 01 04 05 02 80ade204 00 02 61 626f6f6d 0961742078 c3a9 7b7d`,
  },
  {
    name: "before 1970",
    firstSeq: 1,
    lines: [
      { at: [-2, 999_999_999], flags: 0, text: "x" },
      { at: [-1, 0], flags: 0, text: "y" },
    ],
    hex: `01 00 0100 02000000 0100000000000000 ff3565c4ffffffff 003665c4ffffffff 08000000 02000000 02000000 00000000
          00 02 00 00 01 01 78 79`,
  },
];

describe("golden batches", () => {
  test.each(GOLDEN)("$name: encodes to the checked-in bytes", ({ firstSeq, lines, hex }) => {
    expect(Buffer.from(encode(firstSeq, lines)).toString("hex")).toBe(Buffer.from(fromHex(hex)).toString("hex"));
  });

  test.each(GOLDEN)("$name: decodes from the checked-in bytes", ({ firstSeq, lines, hex }) => {
    const batch = decodeBatch(fromHex(hex));
    expect(batch.firstSeq).toBe(firstSeq);
    expect(batch.endSeq).toBe(firstSeq + lines.length);
    for (const [index, line] of lines.entries()) {
      expect(batch.tsNs(index)).toBe(BigInt(line.at[0]) * 1_000_000_000n + BigInt(line.at[1]));
      expect(batch.stampsNs[index]).toBe(batch.tsNs(index));
      expect(batch.flags[index]).toBe(line.flags);
      expect(batch.lineText(index)).toBe(line.text);
      expect(batch.originalLength(index)).toBe(line.originalLength ?? encodeUtf8(line.text).length);
    }
  });
});

describe("batch", () => {
  const lines: readonly Line[] = Array.from({ length: 200 }, (_, index) => ({
    at: [1000, index],
    flags: flagsOf(STDOUT, INFO),
    text: `request ${index} took some time`,
  }));

  test("leaves room for a frame prefix, and decodes from behind it", () => {
    const frame = encode(5, lines, { prefixBytes: 5 });
    expect([...frame.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect(Buffer.compare(frame.subarray(5), encode(5, lines))).toBe(0);
    expect(decodeBatch(frame, { offset: 5 }).lineText(199)).toBe("request 199 took some time");
  });

  test("zstd: smaller, the header readable without opening it, the same lines", () => {
    const packed = encode(5, lines, { compress: zstdCompressSync, prefixBytes: 5 });
    expect(packed.length).toBeLessThan(encode(5, lines).length / 3);
    expect(readBatchHeader(packed, 5)).toMatchObject({ codec: 1, lineCount: 200, firstSeq: 5, levelMask: 1 << INFO });
    expect(decodeBatch(packed, { offset: 5, decompress }).lineText(7)).toBe("request 7 took some time");
  });

  test("a body that compression does not shrink stays uncompressed", () => {
    expect(readBatchHeader(encode(0, lines.slice(0, 1), { compress: zstdCompressSync })).codec).toBe(0);
  });

  test("a compressed batch is malformed where nobody decompresses", () => {
    expect(() => decodeBatch(encode(0, lines, { compress: zstdCompressSync }))).toThrow(/compressed where it must not/);
  });

  test("a body that decompresses to more than its header says is refused within the header's bound", () => {
    const bomb = encode(0, lines, { compress: () => zstdCompressSync(new Uint8Array(50_000_000)).subarray(0, 4000) });
    let bound = 0;
    const spy: Decompress = (body, maxBytes) => {
      bound = maxBytes;
      return decompress(body, maxBytes);
    };
    expect(() => decodeBatch(bomb, { decompress: spy })).toThrow(ProtocolError);
    expect(bound).toBe(readBatchHeader(bomb).rawLength);
  });

  test("finds the line of a byte offset, empty lines included", () => {
    const texts = ["ab", "", "cde", "f"];
    const batch = decodeBatch(
      encode(
        0,
        texts.map((text) => ({ at: [0, 0], flags: 0, text })),
      ),
    );
    expect([0, 1, 2, 4, 5].map((offset) => batch.lineAt(offset))).toEqual([0, 0, 2, 2, 3]);
  });

  test("stream, level and the other flags have accessors", () => {
    const batch = decodeBatch(fromHex((GOLDEN[1] as (typeof GOLDEN)[number]).hex));
    expect([0, 1, 2].map((index) => batch.stream(index))).toEqual([STDOUT, STDERR, STDERR]);
    expect([0, 1, 4].map((index) => batch.level(index))).toEqual([WARN, ERROR, FATAL]);
    expect([1, 2].map((index) => batch.isContinuation(index))).toEqual([false, true]);
    expect([2, 3].map((index) => batch.isTruncated(index))).toEqual([false, true]);
    expect([4, 5].map((index) => batch.isLoss(index))).toEqual([false, true]);
  });
});

describe("encoder limits", () => {
  const line = new Uint8Array(LOG_LINE_BYTES);

  test("refuses the line that would exceed the frame, and what it made stays within it", () => {
    const encoder = new BatchEncoder();
    let appended = 0;
    while (encoder.append(appended, 0, 0, line, 0, 1000)) appended++;
    expect(encoder.lineCount).toBe(appended);
    const batch = encoder.finish(0);
    expect(batch.length - BATCH_HEADER_BYTES).toBeLessThanOrEqual(LOG_FRAME_RAW_BYTES);
    expect(batch.length - BATCH_HEADER_BYTES).toBeGreaterThan(LOG_FRAME_RAW_BYTES - 1100);
    expect(decodeBatch(batch).lineCount).toBe(appended);
    expect(encoder.lineCount).toBe(0);
  });

  test("takes a line of the full length, refuses a longer one loudly", () => {
    const encoder = new BatchEncoder();
    expect(encoder.append(0, 0, FLAG_TRUNCATED, line, 0, line.length, 10_000_000)).toBe(true);
    expect(decodeBatch(encoder.finish(0)).originalLength(0)).toBe(10_000_000);
    const longer = new Uint8Array(LOG_LINE_BYTES + 1);
    expect(() => encoder.append(0, 0, 0, longer, 0, longer.length)).toThrow(RangeError);
  });

  test("refuses a line beyond the line count", () => {
    const encoder = new BatchEncoder();
    let appended = 0;
    while (encoder.append(0, appended, 0, line, 0, 0)) appended++;
    expect(appended).toBe(LOG_BATCH_LINES);
    expect(decodeBatch(encoder.finish(0)).lineCount).toBe(LOG_BATCH_LINES);
  });

  test("refuses a stamp too far from the others, in either direction", () => {
    const encoder = new BatchEncoder();
    const farSeconds = Math.floor(BATCH_SPAN_NS / 1e9);
    encoder.append(0, 0, 0, line, 0, 1);
    expect(encoder.append(farSeconds + 1, 0, 0, line, 0, 1)).toBe(false);
    expect(encoder.append(-farSeconds - 1, 0, 0, line, 0, 1)).toBe(false);
    expect(encoder.append(farSeconds, 0, 0, line, 0, 1)).toBe(true);
    expect(encoder.append(-1, 0, 0, line, 0, 1)).toBe(false);
    const batch = decodeBatch(encoder.finish(0));
    expect(batch.tsNs(1) - batch.tsNs(0)).toBe(BigInt(farSeconds) * 1_000_000_000n);
  });

  test("rejects what no batch can hold, and keeps the open batch", () => {
    const encoder = new BatchEncoder();
    expect(() => encoder.finish(0)).toThrow(RangeError);
    expect(() => encoder.append(0, 0, FLAG_LOSS | FLAG_TRUNCATED, line, 0, 1)).toThrow(RangeError);
    encoder.append(0, 0, 0, line, 0, 1);
    expect(() => encoder.finish(-1)).toThrow(RangeError);
    expect(() => encoder.finish(Number.MAX_SAFE_INTEGER)).toThrow(RangeError);
    expect(decodeBatch(encoder.finish(3)).firstSeq).toBe(3);
  });

  test("clear forgets the open batch", () => {
    const encoder = new BatchEncoder();
    encoder.append(5, 0, flagsOf(STDERR, FATAL), line, 0, 100);
    encoder.clear();
    encoder.append(9, 0, 0, line, 0, 1);
    expect(decodeBatch(encoder.finish(0)).header).toMatchObject({
      lineCount: 1,
      levelMask: 1,
      minTsNs: 9_000_000_000n,
    });
  });
});
