import { expect, test } from "vitest";
import { judgeRun } from "./numbered-run.ts";

const line = (number: number): string => `line ${number}`;

test("[LOGS-09] every line once, a declared gap and a loss in vain are told apart from silent ones", () => {
  expect(judgeRun([line(1), line(2), line(3)], 3)).toEqual({
    delivered: 3,
    repeated: 0,
    missing: 0,
    undeclared: 0,
    losses: 0,
    inVain: 0,
  });
  expect(judgeRun([line(1), "(rotated)", line(4), "(rotated)", line(5)], 5)).toMatchObject({
    missing: 2,
    undeclared: 0,
    losses: 2,
    inVain: 1,
  });
  expect(judgeRun([line(1), line(4)], 5)).toMatchObject({ missing: 3, undeclared: 3 });
});

test("[LOGS-09] lines that come again or go back are repeats, and hide no gap", () => {
  expect(judgeRun([line(1), line(2), line(1), line(2), line(4)], 4)).toMatchObject({
    delivered: 3,
    repeated: 2,
    undeclared: 1,
  });
  expect(() => judgeRun(["what?"], 1)).toThrow("never written");
});
