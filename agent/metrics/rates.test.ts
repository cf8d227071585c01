import type { ContainerSample } from "@yardarm/protocol/metrics";
import { containerSampleSchema } from "@yardarm/protocol/metrics";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Counters, memoryUsed, type MetricsTarget } from "./counters.ts";
import { RateTracker } from "./rates.ts";

const TARGET: MetricsTarget = {
  dockerId: dockerIdOf(1),
  state: "running",
  startedAtNs: 1n,
  pid: 10,
  networkMode: "bridge",
};

const counters = (takenAtMs: number, changes: Partial<Counters> = {}): Counters => ({
  takenAtMs,
  cpuNs: 0,
  memoryUsedBytes: 100,
  memoryLimitBytes: 1_000,
  networkRxBytes: 0,
  networkTxBytes: 0,
  blockReadBytes: 0,
  blockWriteBytes: 0,
  pids: 3,
  cpuPeriods: 0,
  throttledPeriods: 0,
  ...changes,
});

const RATES = [
  "cpuCores",
  "networkRxBytesPerSecond",
  "networkTxBytesPerSecond",
  "blockReadBytesPerSecond",
  "blockWriteBytesPerSecond",
] as const satisfies (keyof ContainerSample)[];

const ratesOf = (sample: ContainerSample) => RATES.map((key) => sample[key]);

test("the first sample knows what is, but no rate", () => {
  const sample = new RateTracker().next(TARGET, "cgroup", counters(0));
  expect(ratesOf(sample)).toEqual([null, null, null, null, null]);
  expect(sample).toMatchObject({ memoryUsedBytes: 100, memoryLimitBytes: 1_000, pids: 3, throttledRatio: null });
});

test("processor time over wall time in cores, bytes over seconds", () => {
  const rates = new RateTracker();
  rates.next(TARGET, "cgroup", counters(1_000));
  const later = { cpuNs: 7.5e9, networkRxBytes: 5_000, networkTxBytes: 10, blockReadBytes: 50, blockWriteBytes: 5 };
  expect(ratesOf(rates.next(TARGET, "cgroup", counters(6_000, later)))).toEqual([1.5, 1_000, 2, 10, 1]);
});

describe("[METR-07] unknown, never zero and never a spike", () => {
  const after = (changes: Partial<Counters>, target: Partial<MetricsTarget> = {}, source = "cgroup") => {
    const rates = new RateTracker();
    rates.next(TARGET, "cgroup", counters(0, { cpuNs: 5e9, networkRxBytes: 500, cpuPeriods: 10, throttledPeriods: 5 }));
    const now = counters(5_000, {
      cpuNs: 10e9,
      networkRxBytes: 1_000,
      cpuPeriods: 10,
      throttledPeriods: 5,
      ...changes,
    });
    return rates.next({ ...TARGET, ...target }, source, now);
  };

  test("a counter that went back, while the others go on", () => {
    expect(after({ networkRxBytes: 499 })).toMatchObject({ cpuCores: 1, networkRxBytesPerSecond: null });
    expect(after({ cpuNs: 0 })).toMatchObject({ cpuCores: null, networkRxBytesPerSecond: 100 });
  });

  test("a counter that is missing, now or before", () => {
    expect(after({ networkRxBytes: null }).networkRxBytesPerSecond).toBeNull();
    const rates = new RateTracker();
    rates.next(TARGET, "cgroup", counters(0, { blockReadBytes: null }));
    expect(rates.next(TARGET, "cgroup", counters(5_000)).blockReadBytesPerSecond).toBeNull();
  });

  test("a new start, even when its counters are higher, and another source, whose clock differs", () => {
    expect(ratesOf(after({}, { startedAtNs: 2n }))).toEqual([null, null, null, null, null]);
    expect(ratesOf(after({}, {}, "api"))).toEqual([null, null, null, null, null]);
  });

  test("a clock that went back or stood still", () => {
    const rates = new RateTracker();
    rates.next(TARGET, "api", counters(5_000));
    expect(rates.next(TARGET, "api", counters(5_000, { cpuNs: 1e9 })).cpuCores).toBeNull();
    expect(rates.next(TARGET, "api", counters(1_000, { cpuNs: 2e9 })).cpuCores).toBeNull();
    expect(rates.next(TARGET, "api", counters(2_000, { cpuNs: 2.5e9 })).cpuCores).toBe(0.5);
  });

  test("a container that was away is new when it comes back", () => {
    const rates = new RateTracker();
    rates.next(TARGET, "cgroup", counters(0));
    rates.forgetExcept(new Set());
    expect(rates.next(TARGET, "cgroup", counters(5_000, { cpuNs: 1e9 })).cpuCores).toBeNull();
  });
});

test("throttling is the share of periods, null without a quota, 0 in a quiet interval", () => {
  const ratio = (periods: number, throttled: number) => {
    const rates = new RateTracker();
    rates.next(TARGET, "cgroup", counters(0, { cpuPeriods: 100, throttledPeriods: 50 }));
    return rates.next(TARGET, "cgroup", counters(5_000, { cpuPeriods: periods, throttledPeriods: throttled }))
      .throttledRatio;
  };
  expect([ratio(150, 60), ratio(150, 100), ratio(100, 50), ratio(99, 50)]).toEqual([0.2, 1, 0, null]);
  const rates = new RateTracker();
  rates.next(TARGET, "cgroup", counters(0));
  expect(rates.next(TARGET, "cgroup", counters(5_000)).throttledRatio).toBeNull();
});

test("whatever the counters do, a sample fits the wire", () => {
  const counter = fc.option(fc.double({ min: 0, max: 1e19, noNaN: true }));
  const anyCounters: fc.Arbitrary<Counters> = fc.record({
    takenAtMs: fc.double({ min: 0, max: 1e13, noNaN: true }),
    cpuNs: counter,
    memoryUsedBytes: counter,
    memoryLimitBytes: counter,
    networkRxBytes: counter,
    networkTxBytes: counter,
    blockReadBytes: counter,
    blockWriteBytes: counter,
    pids: counter,
    cpuPeriods: counter,
    throttledPeriods: counter,
  });
  fc.assert(
    fc.property(fc.array(anyCounters, { maxLength: 8 }), (readings) => {
      const rates = new RateTracker();
      for (const reading of readings) {
        const sample = rates.next(TARGET, "cgroup", reading);
        expect(containerSampleSchema.safeParse(sample).error).toBeUndefined();
      }
    }),
  );
});

test.each([
  ["v1's key", 1_000, 300, 200, 700],
  ["v2's key", 1_000, null, 200, 800],
  ["a cache above the usage does not count", 1_000, 1_000, 1_500, 1_000],
  ["v1's too large, v2's fits", 1_000, 2_000, 100, 900],
  ["nothing known of caches", 1_000, null, null, 1_000],
  ["no memory controller", null, 300, 200, null],
])("memory as the docker CLI counts it: %s", (_, usage, totalInactive, inactive, used) => {
  expect(memoryUsed(usage, totalInactive, inactive)).toBe(used);
});
