import { INFO, LEVEL_NAMES } from "@yardarm/protocol/log/level";
import fc from "fast-check";
import { expect, test } from "vitest";
import { framesOf } from "../../../dev/log-samples.ts";
import { LogStore } from "../../../live/log-store.ts";
import { LogDecoding } from "../../../workers/log-decoding.ts";
import { type Buckets, bucketCount, bucketsFor, countOf, loadedBuckets, tallest, totalOf } from "./buckets.ts";

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

test("[LOGS-05] a part of the time is counted in finer steps, without what lies around it", () => {
  const store = new LogStore();
  const atMs = 1_795_269_731_000;
  const lines = Array.from({ length: 60 }, (_, second) => ({ text: "one a second", atMs: atMs + second * 1_000 }));
  for (const frame of framesOf(1, 0, lines)) {
    const answer = new LogDecoding().receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  const all = (buckets: Buckets | null): number =>
    buckets === null ? 0 : buckets.counts.reduce((sum, count) => sum + count, 0);
  const whole = loadedBuckets(store, null);
  expect(all(whole)).toBe(60);
  const part = loadedBuckets(store, { fromMs: atMs + 10_000, toMs: atMs + 20_000 });
  expect(all(part)).toBe(10);
  expect(part?.stepMs).toBeLessThan(whole?.stepMs ?? 0);
  expect(loadedBuckets(new LogStore(), null)).toBeNull();
});
