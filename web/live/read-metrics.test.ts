import { clientMetricsSchema } from "@yardarm/protocol/client-down/metrics";
import { expect, test } from "vitest";
import { readMetrics } from "./read-metrics.ts";

const sample = {
  containerId: "ctr_aaaaaaaaaaaaaaaa",
  cpuCores: 0.5,
  memoryUsedBytes: 1,
  memoryLimitBytes: null,
  networkRxBytesPerSecond: 0,
  networkTxBytesPerSecond: 0,
  blockReadBytesPerSecond: null,
  blockWriteBytesPerSecond: null,
  pids: 3,
  throttledRatio: 0,
};
const host = { cpuRatio: 0.1, load1: 1, memoryUsedBytes: 1, memoryTotalBytes: 2, swapUsedBytes: null };
const good = {
  type: "metrics",
  hostId: "hst_aaaaaaaaaaaaaaaa",
  tsNs: "1795269731123456789",
  intervalMs: 5_000,
  host,
  containers: [sample],
};

const cases: readonly unknown[] = [
  good,
  { ...good, host: null, containers: [] },
  { ...good, host: { ...host, load1: -1 } },
  { ...good, host: {} },
  { ...good, tsNs: 5 },
  { ...good, tsNs: "soon" },
  { ...good, hostId: "x" },
  { ...good, intervalMs: "5" },
  { ...good, intervalMs: undefined },
  { ...good, containers: null },
  { ...good, containers: [{ ...sample, cpuCores: "1" }] },
  { ...good, containers: [{ ...sample, pids: undefined }] },
  { ...good, containers: [{ ...sample, containerId: "../x" }] },
  { ...good, containers: [null] },
  { ...good, type: "metric" },
  null,
  [],
  "metrics",
];

test.each(cases.map((value) => [value]))("the quick check and the schema agree on %j", (value) => {
  expect(readMetrics(value) !== null).toBe(clientMetricsSchema.safeParse(value).success);
});

test("both outcomes were tried", () => {
  expect(readMetrics(good)).toEqual(good);
  expect(cases.filter((value) => readMetrics(value) === null).length).toBeGreaterThan(10);
});
