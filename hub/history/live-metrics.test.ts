import type { AgentMetrics } from "@yardarm/protocol/agent-up/metrics";
import { asId, type ContainerId, type HostId, type OrgId } from "@yardarm/protocol/ids";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { LiveMetrics, toTick } from "./live-metrics.ts";

const orgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
const otherOrg = asId<OrgId>("org_bbbbbbbbbbbbbbbbbbbb");
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");
const web = asId<ContainerId>("ctr_aaaaaaaaaaaaaaaaaaaa");
const db = asId<ContainerId>("ctr_bbbbbbbbbbbbbbbbbbbb");

const ids = new Map([
  [dockerIdOf(1), web],
  [dockerIdOf(2), db],
]);

const message = (tsMs: number, cpuCores: number | null, intervalMs = 5_000): AgentMetrics => ({
  type: "metrics",
  tsNs: (BigInt(tsMs) * 1_000_000n).toString(),
  intervalMs,
  backend: "cgroup",
  host: null,
  containers: [1, 2, 3].map((n) => ({
    dockerId: dockerIdOf(n),
    cpuCores,
    memoryUsedBytes: 1024 * n,
    memoryLimitBytes: null,
    networkRxBytesPerSecond: 0,
    networkTxBytesPerSecond: 0,
    blockReadBytesPerSecond: null,
    blockWriteBytesPerSecond: null,
    pids: 1,
    throttledRatio: null,
  })),
});

const tick = (tsMs: number, cpuCores: number | null, intervalMs?: number) =>
  toTick({ orgId, hostId }, message(tsMs, cpuCores, intervalMs), (dockerId) => ids.get(dockerId));

describe("live metrics", () => {
  test("[METR-07] the unknown stays unknown, and a container that the hub does not know is left out", () => {
    const metrics = new LiveMetrics({ watchHost: () => {}, nowMs: () => 0 });
    metrics.apply(tick(1_000, null));
    metrics.apply(tick(6_000, 0.5));
    expect(tick(1, 1).containers).toHaveLength(2);
    expect(metrics.history(web, 6_000, 60_000)).toMatchObject({ tsMs: [1_000, 6_000], cpuCores: [null, 0.5] });
  });

  test("fast samples reach viewers and do not shorten the history", () => {
    const metrics = new LiveMetrics({ watchHost: () => {}, nowMs: () => 0 });
    const seen: string[] = [];
    metrics.subscribe({ orgId, hostId, containerId: web }, (sample) => seen.push(sample.tsNs));
    for (let second = 0; second < 10; second += 1) metrics.apply(tick(second * 1_000, 1, 1_000));
    expect(seen).toHaveLength(10);
    expect(metrics.history(web, 10_000, 60_000).tsMs).toEqual([0, 4_000, 8_000]);
  });

  test("asking for a container without samples answers with empty columns and keeps nothing", () => {
    const metrics = new LiveMetrics({ watchHost: () => {}, nowMs: () => 0 });
    expect(metrics.history(web, 6_000, 60_000)).toMatchObject({ tsMs: [], cpuCores: [], networkTxBytesPerSecond: [] });
    expect(metrics.size).toBe(0);
    metrics.apply(tick(1_000, 1));
    expect(metrics.size).toBe(2);
    metrics.forget([web]);
    expect(metrics.history(web, 6_000, 60_000).tsMs).toEqual([]);
    expect(metrics.size).toBe(1);
  });

  test("memory is bounded to 15 minutes of samples", () => {
    const metrics = new LiveMetrics({ watchHost: () => {}, nowMs: () => 0 });
    for (let n = 0; n < 1_000; n += 1) metrics.apply(tick(n * 5_000, n));
    const { tsMs } = metrics.history(web, 5_000_000, 24 * 3_600_000);
    expect(tsMs).toHaveLength(180);
    expect(tsMs.at(-1)).toBe(999 * 5_000);
  });

  test("[METR-01] the fast rate lasts from the first watcher to the last", () => {
    const told: (readonly ContainerId[])[] = [];
    const metrics = new LiveMetrics({ watchHost: (_host, containerIds) => told.push(containerIds), nowMs: () => 0 });
    const target = { orgId, hostId, containerId: web };
    const first = metrics.subscribe(target, () => {});
    const second = metrics.subscribe(target, () => {});
    const third = metrics.subscribe({ ...target, containerId: db }, () => {});
    first();
    first();
    expect(metrics.watchedOn(hostId)).toEqual([web, db]);
    second();
    third();
    expect(told).toEqual([[web], [web, db], [db], []]);
  });

  test("a new viewer sees at once what each host said last, unless that is old", () => {
    let nowMs = 0;
    const metrics = new LiveMetrics({ watchHost: () => {}, nowMs: () => nowMs });
    metrics.apply(tick(1_000, 0.5));
    metrics.apply(tick(2_000, 0.9, 1_000));
    const seen: string[] = [];
    metrics.subscribeAll(orgId, ({ tsNs }) => seen.push(tsNs));
    expect(seen).toEqual(["1000000000"]);
    nowMs = 60_000;
    metrics.subscribeAll(orgId, ({ tsNs }) => seen.push(tsNs));
    metrics.subscribeAll(otherOrg, ({ tsNs }) => seen.push(tsNs));
    expect(seen).toHaveLength(1);
  });

  test("[IDTY-03] another org hears nothing", () => {
    const metrics = new LiveMetrics({ watchHost: () => {}, nowMs: () => 0 });
    const heard: unknown[] = [];
    metrics.subscribeAll(otherOrg, (sample) => heard.push(sample));
    metrics.subscribe({ orgId: otherOrg, hostId, containerId: web }, (sample) => heard.push(sample));
    metrics.apply(tick(1_000, 1));
    expect(heard).toEqual([]);
  });
});
