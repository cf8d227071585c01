import { describe, expect, test } from "vitest";
import { decodeBatch } from "./batch.ts";
import { BatchEncoder } from "./batch-encoder.ts";
import { ERROR, INFO, UNKNOWN } from "./level.ts";
import { FLAG_LOSS, FLAG_TRUNCATED, flagsOf, STDERR, STDOUT } from "./line-flags.ts";
import { encodeLoss } from "./loss.ts";
import { ndjsonLine } from "./ndjson.ts";
import { encodeUtf8 } from "./utf8.ts";

const lineOf = (flags: number, text: Uint8Array, originalLength?: number): string => {
  const encoder = new BatchEncoder();
  encoder.append(1_767_323_045, 123_456_789, flags, text, 0, text.length, originalLength);
  return ndjsonLine(decodeBatch(encoder.finish(42)), 0);
};
const ts = "2026-01-02T03:04:05.123456789Z";

describe("NDJSON line", () => {
  test("a line, its keys in the published order", () => {
    expect(lineOf(flagsOf(STDOUT, INFO), encodeUtf8('say "hi"\té'))).toBe(
      `{"seq":42,"ts":"${ts}","stream":"stdout","level":"info","message":"say \\"hi\\"\\té"}\n`,
    );
    expect(lineOf(flagsOf(STDERR, ERROR), encodeUtf8(""))).toBe(
      `{"seq":42,"ts":"${ts}","stream":"stderr","level":"error","message":""}\n`,
    );
  });

  test("bytes that are not UTF-8 become replacement characters, a BOM stays", () => {
    expect(
      JSON.parse(lineOf(flagsOf(STDOUT, UNKNOWN), Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62))),
    ).toMatchObject({
      level: "unknown",
      message: "\ufeffa\ufffdb",
    });
  });

  test("a line that was cut says how long it was", () => {
    expect(JSON.parse(lineOf(FLAG_TRUNCATED, encodeUtf8("abc"), 10_000_000))).toMatchObject({
      originalBytes: 10_000_000,
    });
  });

  test("a loss record", () => {
    const loss = { reason: "rotated", fromTsNs: "1767323045123456789", toTsNs: "1767323045123456789" } as const;
    expect(lineOf(FLAG_LOSS, encodeLoss(loss))).toBe(
      `{"seq":42,"loss":{"reason":"rotated","fromTs":"${ts}","toTs":"${ts}","lines":null}}\n`,
    );
    expect(lineOf(FLAG_LOSS, encodeLoss({ ...loss, lines: 7 }))).toContain('"lines":7}');
  });
});
