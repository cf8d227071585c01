import { INFO, LEVEL_NAMES } from "@yardarm/protocol/log/level";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketCount, bucketsFor, countOf, tallest, totalOf } from "./buckets.ts";

test("[LOGS-05] any span fits into at most 120 buckets that cover it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 0, max: 1e11 }), (fromMs, span) => {
      const { fromMs: start, stepMs, count } = bucketsFor(fromMs, fromMs + span);
      expect(count).toBeLessThanOrEqual(120);
      expect(start).toBeLessThanOrEqual(fromMs);
      expect(start + count * stepMs).toBeGreaterThan(fromMs + span);
    }),
  );
});

test("counts are read by bucket and level", () => {
  const counts = new Uint32Array(2 * LEVEL_NAMES.length);
  counts[LEVEL_NAMES.length + INFO] = 4;
  counts[LEVEL_NAMES.length] = 3;
  const buckets = { fromMs: 0, stepMs: 1_000, counts };
  expect(bucketCount(buckets)).toBe(2);
  expect(countOf(buckets, 1, INFO)).toBe(4);
  expect([totalOf(buckets, 0), totalOf(buckets, 1), tallest(buckets)]).toEqual([0, 7, 7]);
});
