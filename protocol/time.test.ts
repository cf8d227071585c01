import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instantFromNs, nsFromInstant, parseRfc3339, rfc3339FromNs } from "./time.ts";

describe("RFC 3339", () => {
  test.each([
    ["2026-01-02T03:04:05.123456789Z", 1_767_323_045, 123_456_789],
    ["2026-01-02T03:04:05Z", 1_767_323_045, 0],
    ["2026-01-02t03:04:05.1z", 1_767_323_045, 100_000_000],
    ["2026-01-02 05:04:05.000000001+02:00", 1_767_323_045, 1],
    ["2026-01-01T21:34:05-05:30", 1_767_323_045, 0],
    ["1969-12-31T23:59:59.999999999Z", -1, 999_999_999],
    ["0001-01-01T00:00:00Z", -62_135_596_800, 0],
    ["2024-02-29T00:00:00Z", 1_709_164_800, 0],
  ])("%s", (text, seconds, nanos) => {
    expect(parseRfc3339(text)).toEqual({ seconds, nanos });
  });

  test.each([
    "",
    "2026-01-02",
    "2026-01-02T03:04:05",
    "2026-13-02T03:04:05Z",
    "2026-02-30T03:04:05Z",
    "2023-02-29T03:04:05Z",
    "2026-01-02T24:04:05Z",
    "2026-01-02T03:60:05Z",
    "2026-01-02T03:04:05.Z",
    "2026-01-02T03:04:05.1234567890Z",
    "2026-01-02T03:04:05+24:00",
    "x2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05Z\n",
  ])("%j is none", (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });

  test("round trip of every 64-bit stamp", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (ns) => {
        expect(nsFromInstant(instantFromNs(ns))).toBe(ns);
        expect(nsFromInstant(parseRfc3339(rfc3339FromNs(ns)) ?? { seconds: 0, nanos: 0 })).toBe(ns);
      }),
    );
    expect(rfc3339FromNs(-1n)).toBe("1969-12-31T23:59:59.999999999Z");
  });
});
