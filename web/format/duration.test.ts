import { expect, test } from "vitest";
import { formatDuration, formatElapsed } from "./duration.ts";

test.each([
  [0, "0 s"],
  [-5_000, "0 s"],
  [4_999, "4 s"],
  [59_999, "59 s"],
  [60_000, "1 m"],
  [3 * 60_000 + 59_000, "3 m"],
  [3_600_000, "1 h"],
  [2 * 3_600_000 + 5 * 60_000, "2 h 5 m"],
  [11 * 3_600_000 + 5 * 60_000, "11 h"],
  [86_400_000, "1 d"],
  [6 * 86_400_000 + 3 * 3_600_000, "6 d 3 h"],
  [400 * 86_400_000, "400 d"],
])("%d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, "0 ms"],
  [41.2, "41 ms"],
  [1_249, "1.2 s"],
  [12_000, "12 s"],
])("an operation of %d ms took %s", (ms, text) => {
  expect(formatElapsed(ms)).toBe(text);
});
