import type { MetricsHistory } from "@yardarm/protocol/api/metrics";
import { expect, test } from "vitest";
import { makeContainer } from "../../dev/samples.ts";
import { appendSample, type LiveSample, mergeColumns, WINDOW_MS } from "./metric-columns.ts";

const { containerId } = makeContainer();

const live = (atMs: number, cpuCores: number | null): LiveSample => ({
  atMs,
  sample: {
    containerId,
    cpuCores,
    memoryUsedBytes: 1,
    memoryLimitBytes: null,
    networkRxBytesPerSecond: null,
    networkTxBytesPerSecond: null,
    blockReadBytesPerSecond: null,
    blockWriteBytesPerSecond: null,
    pids: null,
    throttledRatio: null,
  },
});

const history: MetricsHistory = {
  containerId,
  range: "15m",
  tsMs: [0, 5_000, 10_000],
  cpuCores: [0.1, null, 0.3],
  memoryUsedBytes: [1, 2, 3],
  memoryLimitBytes: [9, 9, 9],
  networkRxBytesPerSecond: [0, 0, 0],
  networkTxBytesPerSecond: [0, 0, 0],
};

test("live samples go on where history ends, without a doubled moment", () => {
  const columns = mergeColumns(history, [live(10_000, 0.5), live(11_000, 0.6)], 11_000);
  expect(columns.tsMs).toEqual([0, 5_000, 10_000, 11_000]);
  expect(columns.cpuCores).toEqual([0.1, null, 0.5, 0.6]);
  expect(columns.memoryLimitBytes).toEqual([9, 9, null, null]);
});

test("what is older than the window is not shown", () => {
  expect(mergeColumns(history, [], WINDOW_MS + 5_000).tsMs).toEqual([5_000, 10_000]);
  expect(mergeColumns(undefined, [live(0, 1)], WINDOW_MS + 1).tsMs).toEqual([]);
});

test("samples are kept for the window, and time never runs backwards", () => {
  const kept = appendSample([live(0, 1), live(1_000, 1)], live(WINDOW_MS + 500, 1));
  expect(kept.map(({ atMs }) => atMs)).toEqual([1_000, WINDOW_MS + 500]);
  expect(appendSample(kept, live(500, 1))).toBe(kept);
});
