import fc from "fast-check";
import { expect, test } from "vitest";
import { LatencyHistogram, median } from "./percentiles.ts";

test("percentiles are within one bucket above those of the sorted samples, and never above the maximum", () => {
  const samples = fc.array(fc.integer({ min: 0, max: 3_999_999 }), { minLength: 1, maxLength: 200 });
  const property = fc.property(samples, fc.constantFrom(0.5, 0.9, 0.99, 1), (values, share) => {
    const histogram = new LatencyHistogram();
    for (const value of values) histogram.record(value);
    const sorted = values.toSorted((a, b) => a - b);
    const exactUs = sorted[Math.ceil(values.length * share) - 1] ?? 0;
    const us = histogram.percentileMs(share) * 1000;
    expect(us).toBeGreaterThanOrEqual(exactUs - 1e-6);
    expect(us).toBeLessThanOrEqual(Math.min(exactUs + 10, sorted.at(-1) ?? 0) + 1e-6);
    expect(histogram.maxMs).toBe((sorted.at(-1) ?? 0) / 1000);
  });
  fc.assert(property);
});

test("what is longer than the histogram reaches is told by the maximum", () => {
  const histogram = new LatencyHistogram();
  histogram.record(9_000_000);
  expect(histogram.percentileMs(0.5)).toBe(9_000);
  expect(histogram.count).toBe(1);
});

test("without samples there is no percentile", () => {
  expect(new LatencyHistogram().percentileMs(0.99)).toBeNaN();
});

test("median of odd and even counts, and of nothing", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});
