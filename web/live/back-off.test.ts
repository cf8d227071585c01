import { expect, test } from "vitest";
import { backOffMs } from "./back-off.ts";

test("the window doubles up to 15 s and is used fully", () => {
  const longest = [1, 2, 3, 4, 5, 6, 60].map((attempt) => backOffMs(attempt, () => 0.999_99));
  expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

test("even the shortest wait leaves the hub room to breathe", () => {
  expect(backOffMs(9, () => 0)).toBe(250);
});
