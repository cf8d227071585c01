import { beforeEach, expect, test } from "vitest";
import { type Loss, PendingLoss } from "./pending-loss.ts";

/** Nanoseconds within one second, so that a stamp is one small number. */
type Told = { readonly line: string; readonly atNs: number } | Loss;

let told: Told[];
let pending: PendingLoss;
const line = (atNs: number, text = `at ${atNs}`): boolean => {
  const bytes = Buffer.from(`..${text}..`);
  const isHeld = pending.holds(0, 0, atNs, bytes, 2, 2 + text.length, 0);
  bytes.fill(0);
  return isHeld;
};

beforeEach(() => {
  told = [];
  pending = new PendingLoss({
    loss: (loss) => told.push(loss),
    line: (_flags, _seconds, nanos, text, start, end) => {
      told.push({ line: Buffer.from(text.subarray(start, end)).toString(), atNs: nanos });
    },
  });
});

test("[LOGS-09] while nothing is missing, no line is held", () => {
  expect(line(1)).toBe(false);
  pending.settle(9n);
  expect(told).toEqual([]);
});

test("[LOGS-09] what is noticed more than once in front of one line is one loss, counted where all of it was", () => {
  pending.add("source_error", 1n, 1);
  pending.add("source_error", 2n, 2);
  expect([line(8), line(9)]).toEqual([true, false]);
  expect(told).toEqual([
    { reason: "source_error", fromNs: 1n, toNs: 9n, lines: 3 },
    { line: "at 8", atNs: 8 },
  ]);
  expect(pending.isEmpty).toBe(true);
  told = [];
  pending.add("rotated", 1n, null);
  pending.add("source_error", 2n, 2);
  line(8);
  pending.settle(8n);
  expect(told[0]).toEqual({ reason: "rotated", fromNs: 1n, toNs: 8n, lines: null });
});

test("[LOGS-09] the rest of a long line carries an old stamp: the line behind it says up to when lines are missing", () => {
  pending.add("rotated", 100n, null);
  line(110, "rest of a long line");
  line(900);
  expect(told).toEqual([
    { reason: "rotated", fromNs: 100n, toNs: 900n, lines: null },
    { line: "rest of a long line", atNs: 110 },
  ]);
  told = [];
  pending.add("rotated", 1_000n, null);
  line(1_900);
  line(1_890, "the other stream's, overtaken");
  expect(told[0], "the newer of the two").toMatchObject({ toNs: 1_900n });
});

test("[LOGS-09] a line that will be read again is forgotten, the loss is not", () => {
  pending.add("rotated", 1n, null);
  line(8);
  pending.forgetLine();
  pending.settle(9n);
  expect([told, pending.isEmpty]).toEqual([[], false]);
  line(8);
  line(9);
  expect(told).toMatchObject([{ toNs: 9n }, { line: "at 8" }]);
});

test("a clock that was set back does not turn the span round", () => {
  pending.add("rotated", 100n, null);
  line(40);
  line(50);
  expect(told[0]).toMatchObject({ fromNs: 50n, toNs: 100n });
});
