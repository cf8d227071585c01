import { expect, test } from "vitest";
import { summarize } from "./summary.ts";

const base = { metric: "lines per second", unit: "lines/s" };

test("the value is the median, beside its spread", () => {
  expect(summarize({ ...base, values: [30, 10, 20] })).toEqual({
    ...{ ...base, value: 20, reference: null, ratio: null, goal: null, ok: null, spread: [10, 30] },
  });
});

test("a goal on the ratio is judged by the medians", () => {
  const goal = { of: "ratio", atLeast: 0.9 } as const;
  const reached = summarize({ ...base, values: [90, 95, 80], references: [100, 100, 300], goal });
  expect(reached).toMatchObject({ reference: 100, ratio: 0.9, goal: "ratio ≥ 0.9", ok: true });
  expect(summarize({ ...base, values: [89], references: [100], goal }).ok).toBe(false);
});

test("a goal on the value names its unit; its bound is included", () => {
  const goal = { of: "value", atMost: 10 } as const;
  expect(summarize({ metric: "p99", unit: "ms", values: [10], goal })).toMatchObject({ goal: "≤ 10 ms", ok: true });
  expect(summarize({ metric: "p99", unit: "ms", values: [10.01], goal }).ok).toBe(false);
});

test("what was not measured is no result", () => {
  expect(() => summarize({ ...base, values: [] })).toThrow("was not measured");
  expect(() => summarize({ ...base, values: [1, 2], references: [1] })).toThrow("same runs");
  const goal = { of: "value", atMost: 10 } as const;
  expect(summarize({ ...base, values: [Number.NaN], goal }).ok).toBe(false);
});
