import { expect, test } from "vitest";
import { logRateOf, RateLimit } from "./rate-limit.ts";

const LIMIT = { linesPerSecond: 1_000, burstLines: 5_000 };

test("[LOG-17] a burst passes at full speed, then reading pauses", () => {
  const limit = new RateLimit(LIMIT, 0);
  expect(limit.take(5_000, 0)).toBe(0);
  expect(limit.take(100, 0)).toBe(500);
});

test("[LOG-17] over a minute no more is read than the burst and the rate, give or take one read", () => {
  const limit = new RateLimit(LIMIT, 0);
  let nowMs = 0;
  let lines = 0;
  while (nowMs < 60_000) {
    lines += 700;
    nowMs += limit.take(700, nowMs);
    nowMs += 1;
  }
  expect(lines).toBeGreaterThan(60_000);
  expect(lines).toBeLessThanOrEqual(5_000 + 60_000 + 2 * 700);
});

test("[LOG-17] a log below the limit never pauses", () => {
  const limit = new RateLimit(LIMIT, 0);
  for (let nowMs = 0; nowMs < 60_000; nowMs += 100) expect(limit.take(100, nowMs)).toBe(0);
});

test("a quiet log saves up one burst and no more", () => {
  const limit = new RateLimit(LIMIT, 0);
  expect(limit.take(5_001, 3_600_000)).toBeGreaterThan(0);
});

test("a read far beyond the bucket is waited off in full", () => {
  expect(new RateLimit(LIMIT, 0).take(15_000, 0)).toBe(10_000);
});

test("0 is no limit", () => {
  expect(logRateOf(0)).toBeNull();
  expect(logRateOf(20_000)).toEqual({ linesPerSecond: 20_000, burstLines: 100_000 });
});
