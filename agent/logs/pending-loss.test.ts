import { expect, test } from "vitest";
import { PendingLoss } from "./pending-loss.ts";

test("[LOGS-09] what is noticed more than once in front of one line is one loss, counted where all of it was", () => {
  const loss = new PendingLoss();
  expect(loss.takeUpTo(9n)).toBeNull();
  loss.add("source_error", 1n, 1);
  loss.add("source_error", 2n, 2);
  expect(loss.takeUpTo(9n)).toEqual({ reason: "source_error", fromNs: 1n, toNs: 9n, lines: 3 });
  expect(loss.isEmpty).toBe(true);
  loss.add("rotated", 1n, null);
  loss.add("source_error", 2n, 2);
  expect(loss.takeUpTo(9n)).toEqual({ reason: "rotated", fromNs: 1n, toNs: 9n, lines: null });
});

test("a clock that was set back does not turn the span round", () => {
  const loss = new PendingLoss();
  loss.add("rotated", 100n, null);
  expect(loss.takeUpTo(40n)).toMatchObject({ fromNs: 40n, toNs: 100n });
});
