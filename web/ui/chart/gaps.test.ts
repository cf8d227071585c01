import { expect, test } from "vitest";
import { breakAtGaps } from "./gaps.ts";

test("steady points stay as they are", () => {
  const columns = { tsMs: [0, 5, 10], values: [[1, 2, 3]] };
  expect(breakAtGaps(columns, 5)).toEqual(columns);
});

test("a silence breaks every line, and unknown values stay unknown", () => {
  expect(
    breakAtGaps(
      {
        tsMs: [0, 5, 60, 65],
        values: [
          [1, 2, 3, null],
          [4, 5, 6, 7],
        ],
      },
      10,
    ),
  ).toEqual({
    tsMs: [0, 5, 6, 60, 65],
    values: [
      [1, 2, null, 3, null],
      [4, 5, null, 6, 7],
    ],
  });
});

test("nothing measured is nothing drawn", () => {
  expect(breakAtGaps({ tsMs: [], values: [[]] }, 10)).toEqual({ tsMs: [], values: [[]] });
});
