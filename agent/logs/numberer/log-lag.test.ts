import { expect, test } from "vitest";
import { type HeldLog, LogLag } from "./log-lag.ts";

const logOf = (takenMs: number | null, isHeldBack: boolean, wasHeldBack = isHeldBack): HeldLog => ({
  lastTakenNs: takenMs === null ? null : BigInt(takenMs) * 1_000_000n,
  isHeldBack,
  takeHeldBack: () => wasHeldBack,
});

test("[LOG-17] a log that has nothing to say is not behind, however old its last line is", () => {
  const lag = new LogLag();
  expect(lag.look(logOf(1_000, false), 0, 60_000)).toBe(0);
  expect(lag.look(logOf(1_000, false), 0, 65_000)).toBe(0);
});

test("[LOG-17] one that is held back is as far behind as its last line is old", () => {
  expect(new LogLag().look(logOf(50_000, true), 0, 60_000)).toBe(10_000);
});

test("[LOG-17] one that makes up for it stays behind until its lines are new, or no more come", () => {
  const lag = new LogLag();
  expect(lag.look(logOf(10_000, true), 0, 60_000)).toBe(50_000);
  expect(lag.look(logOf(40_000, false), 50_000, 65_000)).toBe(25_000);
  expect(lag.look(logOf(69_900, false), 25_000, 70_000)).toBe(0);
  const quiet = new LogLag();
  expect(quiet.look(logOf(10_000, true), 0, 60_000)).toBe(50_000);
  expect(quiet.look(logOf(10_000, false), 50_000, 65_000)).toBe(0);
});

test("before the first line there is nothing to be behind of, and less than a second is not told", () => {
  expect(new LogLag().look(logOf(null, true), 0, 60_000)).toBe(0);
  expect(new LogLag().look(logOf(59_500, true), 0, 60_000)).toBe(0);
});
