import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IDLE_LOAD, integralTo, steady, valueAt } from "./load.ts";
import { LoadMeter } from "./load-meter.ts";

describe("a wandering load", () => {
  const wander = { base: 3, swing: 3 };

  test("never runs backwards, whatever the seed", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (seed, from, by) => integralTo(wander, seed, from + by) >= integralTo(wander, seed, from) - 1e-6,
      ),
    );
  });

  test("counts what its value says: the closed form agrees with a sum of small steps", () => {
    let sum = 0;
    for (let step = 0; step < 60_000; step++) sum += valueAt(wander, 9, (step + 0.5) / 1000) / 1000;
    expect(integralTo(wander, 9, 60)).toBeCloseTo(sum, 4);
  });

  test("moves", () => {
    const values = Array.from({ length: 60 }, (_, second) => valueAt(wander, 9, second * 5));
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(2);
  });
});

test("a limit caps the CPU and shows as throttling", () => {
  const meter = new LoadMeter({ load: { ...IDLE_LOAD, cpuCores: steady(2) }, seed: 1, nowNs: 0n, cpuLimitCores: 0.5 });
  const reading = meter.read(10_000_000_000n);
  expect(reading.cpuNs).toBe(5_000_000_000n);
  expect(reading.throttledNs).toBe(7_500_000_000n);
});
