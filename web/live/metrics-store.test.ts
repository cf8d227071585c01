import type { ClientMetrics } from "@yardarm/protocol/client-down/metrics";
import type { ClientUp } from "@yardarm/protocol/client-up/up";
import { expect, test, vi } from "vitest";
import { makeContainer, SAMPLE_HOST_ID } from "../dev/samples.ts";
import { MetricsStore } from "./metrics-store.ts";

const one = makeContainer().containerId;
const two = makeContainer().containerId;

const tick = (atMs: number, cpuCores: number, containerId = one): ClientMetrics => ({
  type: "metrics",
  hostId: SAMPLE_HOST_ID,
  tsNs: `${atMs}000000`,
  intervalMs: 1_000,
  host: null,
  containers: [
    {
      containerId,
      cpuCores,
      memoryUsedBytes: null,
      memoryLimitBytes: null,
      networkRxBytesPerSecond: null,
      networkTxBytesPerSecond: null,
      blockReadBytesPerSecond: null,
      blockWriteBytesPerSecond: null,
      pids: null,
      throttledRatio: null,
    },
  ],
});

const open = () => {
  const sent: ClientUp[] = [];
  const pending: (() => void)[] = [];
  const store = new MetricsStore({
    send: (message) => sent.push(message),
    now: () => 77,
    schedule: (publish) => pending.push(publish),
  });
  return { sent, pending, store };
};

const spoken = (sent: readonly ClientUp[]): readonly string[] =>
  sent.map((message) => `${message.type} ${"containerId" in message ? message.containerId : ""}`);

test("the hub hears of the first watcher and of the last one only", () => {
  const { sent, store } = open();
  const ends = [store.watch(one), store.watch(one), store.watch(null)];
  ends[0]?.();
  ends[0]?.();
  expect(spoken(sent)).toEqual([`metrics.subscribe ${one}`, "metrics.subscribe null"]);
  ends[1]?.();
  ends[2]?.();
  expect(spoken(sent).slice(2)).toEqual([`metrics.unsubscribe ${one}`, "metrics.unsubscribe null"]);
});

test("a new connection is told again what is still watched", () => {
  const { sent, store } = open();
  store.watch(one);
  store.watch(two)();
  sent.length = 0;
  store.resubscribe();
  expect(spoken(sent)).toEqual([`metrics.subscribe ${one}`]);
});

test("charts get every sample, the rest of the page is told once per frame", () => {
  const { pending, store } = open();
  const [told, charted] = [vi.fn(), vi.fn()];
  store.subscribe(told);
  const end = store.onSample(one, charted);
  store.apply(tick(1_000, 0.1));
  store.apply(tick(2_000, 0.2));
  store.apply(tick(2_000, 0.9, two));
  expect(charted).toHaveBeenCalledTimes(2);
  expect(told).not.toHaveBeenCalled();
  expect(pending).toHaveLength(1);
  pending.pop()?.();
  expect(told).toHaveBeenCalledTimes(1);
  expect(store.sample(one)).toMatchObject({ atMs: 2_000, receivedAtMs: 77, sample: { cpuCores: 0.2 } });
  end();
  store.apply(tick(3_000, 0.3));
  expect(charted).toHaveBeenCalledTimes(2);
});

test("all samples at once are the same object until something is published", () => {
  const { pending, store } = open();
  store.apply(tick(1_000, 0.1));
  pending.pop()?.();
  const before = store.samples();
  expect(store.samples()).toBe(before);
  store.apply(tick(2_000, 0.2, two));
  expect(store.samples()).toBe(before);
  pending.pop()?.();
  expect([...store.samples().keys()]).toEqual([one, two]);
});

test("containers that are gone are forgotten", () => {
  const { store } = open();
  store.apply(tick(1_000, 0.1));
  store.apply(tick(1_000, 0.1, two));
  store.retain(new Map([[two, {}]]));
  expect(store.sample(one)).toBeUndefined();
  expect(store.sample(two)).toBeDefined();
});
