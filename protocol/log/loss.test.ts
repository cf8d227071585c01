import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../errors.ts";
import { encodeLoss, LOSS_REASONS, parseLoss } from "./loss.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

describe("loss record", () => {
  test("is JSON with its keys in order", () => {
    const loss = { reason: "rotated", fromTsNs: "-5", toTsNs: "1767323045123456789", lines: 3 } as const;
    expect(decodeUtf8(encodeLoss(loss))).toBe(
      '{"reason":"rotated","fromTsNs":"-5","toTsNs":"1767323045123456789","lines":3}',
    );
    expect(parseLoss(encodeLoss(loss))).toEqual(loss);
  });

  test("round trip of every reason, with and without sizes", () => {
    const losses = fc.record(
      { reason: fc.constantFrom(...LOSS_REASONS), lines: fc.maxSafeNat(), bytes: fc.maxSafeNat() },
      { requiredKeys: ["reason"] },
    );
    fc.assert(
      fc.property(losses, fc.nat(), fc.nat(), (loss, fromTs, span) => {
        const whole = { ...loss, fromTsNs: String(fromTs), toTsNs: String(fromTs + span) };
        expect(parseLoss(encodeLoss(whole))).toEqual(whole);
      }),
    );
  });

  test.each([
    ["no JSON", "rotated"],
    ["null", "null"],
    ["an unknown reason", '{"reason":"bored","fromTsNs":"1","toTsNs":"2"}'],
    ["a time that is no string", '{"reason":"policy","fromTsNs":1,"toTsNs":"2"}'],
    ["a time span that ends before it begins", '{"reason":"policy","fromTsNs":"3","toTsNs":"2"}'],
    ["a negative size", '{"reason":"policy","fromTsNs":"1","toTsNs":"2","lines":-1}'],
    ["a fraction of a byte", '{"reason":"policy","fromTsNs":"1","toTsNs":"2","bytes":0.5}'],
    ["an endless one", `{"reason":"policy","fromTsNs":"1","toTsNs":"2"${" ".repeat(600)}}`],
  ])("%s is malformed", (_, text) => {
    expect(() => parseLoss(encodeUtf8(text))).toThrow(ProtocolError);
  });

  test("any bytes give a record or malformed_frame", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(encodeUtf8)), (text) => {
        expect(() => parseLoss(text)).toThrow(ProtocolError);
      }),
    );
  });
});
