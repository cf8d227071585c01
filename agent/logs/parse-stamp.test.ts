import { nsFromInstant, parseRfc3339, rfc3339FromNs } from "@yardarm/protocol/time";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StampParser } from "./parse-stamp.ts";

const parser = new StampParser();
const parse = (
  text: string,
): { readonly seconds: number; readonly nanos: number; readonly length: number } | undefined => {
  const bytes = Buffer.from(`xx${text}`);
  const after = parser.parse(bytes, 2, bytes.length);
  return after < 0 ? undefined : { seconds: parser.seconds, nanos: parser.nanos, length: after - 2 };
};

describe("engine stamps", () => {
  test.each([
    ["2026-01-02T03:04:05.123456789Z hello", 1_767_323_045, 123_456_789, 30],
    ["2026-01-02T03:04:05.1Z", 1_767_323_045, 100_000_000, 22],
    ["2026-01-02T03:04:05Z\n", 1_767_323_045, 0, 20],
    ["2026-01-02T05:04:05.000000001+02:00 x", 1_767_323_045, 1, 35],
    ["2026-01-01T21:34:05.5-05:30", 1_767_323_045, 500_000_000, 27],
    ["1969-12-31T23:59:59.999999999Z", -1, 999_999_999, 30],
    ["2024-02-29T00:00:00.000000000Z", 1_709_164_800, 0, 30],
  ])("%s", (text, seconds, nanos, length) => {
    expect(parse(text)).toEqual({ seconds, nanos, length });
  });

  test.each([
    "",
    "2026-01-02T03:04:05",
    "2026-01-02 03:04:05.123456789Z",
    "2026-01-02T03:04:05.Z",
    "2026-01-02T03:04:05.1234567890Z",
    "2026-01-02T03:04:05.123456789",
    "2026-01-02T03:04:05.123456789+0200",
    "2026-01-02T03:04:05.123456789+02:0x",
    "2026-13-02T03:04:05.123456789Z",
    "2026-02-30T03:04:05.123456789Z",
    "2026-01-02T24:04:05.123456789Z",
    "2026-01-02T03:60:05.123456789Z",
    "2o26-01-02T03:04:05.123456789Z",
    "2026-01-02T03:04:0:.123456789Z",
    "0001-01-01T00:00:00.000000000Z",
    "9999-01-01T00:00:00.000000000Z",
  ])("%j is none", (text) => {
    expect(parse(text)).toBeUndefined();
  });

  test("any stamp, in any order of days, equals what the text parser says", () => {
    const stamps = fc.bigInt(-(2n ** 63n) + 10n ** 17n, 2n ** 63n - 10n ** 17n);
    fc.assert(
      fc.property(fc.array(stamps, { minLength: 1, maxLength: 20 }), (values) => {
        for (const ns of values) {
          const text = rfc3339FromNs(ns);
          expect(nsFromInstant(parse(text) ?? { seconds: 0, nanos: 0 })).toBe(ns);
        }
      }),
    );
  });

  test("any text gives the same as the text parser, or none", () => {
    const nearly = fc
      .tuple(
        fc.constant("2026-01-02T03:04:05.123456789Z"),
        fc.nat(29),
        fc.string({ minLength: 1, maxLength: 1, unit: "binary-ascii" }),
      )
      .map(([text, at, char]) => text.slice(0, at) + char + text.slice(at + 1));
    fc.assert(
      fc.property(nearly, (text) => {
        const { length, ...stamp } = parse(text) ?? { length: 0 };
        if (length > 0) expect(stamp).toEqual(parseRfc3339(text.slice(0, length)));
      }),
      { numRuns: 1000 },
    );
  });
});
