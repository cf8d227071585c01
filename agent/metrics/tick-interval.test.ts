import { expect, test } from "vitest";
import { stretchedIntervalMs, type TickCost } from "./tick-interval.ts";

const cost = (changes: Partial<TickCost>): TickCost => ({ busyMs: 0, apiReads: 0, tookMs: 0, ...changes });

test.each([
  ["nothing measured yet", [], 5_000],
  ["cheap ticks", [cost({ busyMs: 10, tookMs: 20 })], 5_000],
  ["kernel files that take 400 ms: 5 % of a core", [cost({ busyMs: 400, tookMs: 400 })], 8_000],
  ["80 containers by the engine are just within its share", [cost({ apiReads: 80, tookMs: 500 })], 5_000],
  ["115 containers by the engine are not", [cost({ apiReads: 115, tookMs: 500 })], 7_000],
  ["an engine that answers for 20 s", [cost({ tookMs: 20_000 })], 20_000],
  ["one pause among cheap ticks", [cost({}), cost({ busyMs: 900, tookMs: 900 }), cost({})], 5_000],
  ["never more than a minute", [cost({ busyMs: 1e6 })], 60_000],
])("%s", (_, costs, intervalMs) => {
  expect(stretchedIntervalMs(5_000, costs)).toBe(intervalMs);
});
