import type { AgentMetrics } from "@yardarm/protocol/agent-up/metrics";
import { agentUpSchema } from "@yardarm/protocol/agent-up/up";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import { AGENT_MESSAGE_BYTES } from "@yardarm/protocol/limits";
import { ManualClock } from "@yardarm/testkit/manual-clock";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { afterEach, expect, test } from "vitest";
import type { ContainerStats } from "../docker/container-stats.ts";
import type { Engine } from "../docker/engine.ts";
import { ApiBackend } from "./api-backend.ts";
import type { CgroupBackend } from "./cgroup-backend.ts";
import { Collector } from "./collector.ts";
import type { MetricsTarget } from "./counters.ts";

const [A, B, C] = [1, 2, 3].map(dockerIdOf) as [DockerId, DockerId, DockerId];

const target = (dockerId: DockerId, changes: Partial<MetricsTarget> = {}): MetricsTarget => ({
  dockerId,
  state: "running",
  startedAtNs: 1n,
  pid: 1,
  networkMode: "bridge",
  ...changes,
});

/** Uses half a core, whoever asks. */
const statsAt = (nowNs: bigint): ContainerStats => ({
  readAtNs: nowNs,
  cpuTotalNs: Number(nowNs / 2n) % 1e15,
  systemCpuNs: null,
  onlineCpus: 2,
  memoryUsageBytes: 1_000,
  memoryLimitBytes: 10_000,
  totalInactiveFileBytes: null,
  inactiveFileBytes: 100,
  networkRxBytes: null,
  networkTxBytes: null,
  blockReadBytes: 0,
  blockWriteBytes: 0,
  pids: 1,
  cpuPeriods: 0,
  throttledPeriods: 0,
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Setup = {
  readonly targets: MetricsTarget[];
  /** Containers whose kernel files can be seen; `null` = there are none at all. */
  readonly visible: ReadonlySet<DockerId> | null;
  readonly readStats?: Engine["readStats"];
};

const start = async (setup: Setup) => {
  const clock = new ManualClock();
  const sent: { readonly atMs: number; readonly message: AgentMetrics }[] = [];
  const asked: DockerId[] = [];
  const beganMs = clock.nowMs();
  const readStats: Engine["readStats"] = async (dockerId, options) => {
    asked.push(dockerId);
    return setup.readStats === undefined ? statsAt(clock.nowNs()) : setup.readStats(dockerId, options);
  };
  const read: CgroupBackend["read"] = ({ dockerId }) =>
    setup.visible?.has(dockerId) === true
      ? {
          takenAtMs: clock.nowMs(),
          cpuNs: (clock.nowMs() % 1e9) * 2e6,
          memoryUsedBytes: 5,
          memoryLimitBytes: 10,
          networkRxBytes: 0,
          networkTxBytes: 0,
          blockReadBytes: 0,
          blockWriteBytes: 0,
          pids: 1,
          cpuPeriods: 0,
          throttledPeriods: 0,
        }
      : null;
  const collector = new Collector({
    targets: () => setup.targets,
    cgroup:
      setup.visible === null
        ? null
        : ({ read, forgetExcept: () => {} } as Pick<CgroupBackend, "read" | "forgetExcept"> as CgroupBackend),
    api: new ApiBackend({ readStats } as Engine, () => true),
    host: null,
    clock: {
      monotonicMs: () => clock.nowMs() - beganMs,
      nowNs: () => clock.nowNs(),
      setTimer: (ms, callback) => clock.setTimer(ms, callback),
    },
    send: (message) => void sent.push({ atMs: clock.nowMs() - beganMs, message }),
    intervalMs: 5_000,
  });
  const controller = new AbortController();
  const running = collector.run(controller.signal);
  stops.push(async () => {
    controller.abort();
    await running;
  });
  /** Moves on in small steps, because a tick takes several turns of the event loop. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      await clock.advanceAsync(Math.min(100, ms - passed));
      for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await pass(0.001);
  const take = () => sent.splice(0);
  const idsOf = (messages: typeof sent) =>
    messages.map(({ message }) => message.containers.map(({ dockerId }) => dockerId));
  return { collector, pass, take, idsOf, asked };
};

test("[METR-01] every 5 s all that run, and only those; a first reading is followed by a second after 1 s", async () => {
  const targets = [target(A), target(B, { state: "paused" }), target(C, { state: "exited", pid: null })];
  const { pass, take, idsOf, asked } = await start({ targets, visible: new Set([A, B, C]) });
  await pass(10_000);
  const sent = take();
  expect(sent.map(({ atMs }) => Math.round(atMs))).toEqual([0, 1_000, 5_000, 10_000]);
  expect(idsOf(sent)).toEqual([
    [A, B],
    [A, B],
    [A, B],
    [A, B],
  ]);
  expect(sent.map(({ message }) => message.containers[0]?.cpuCores)).toEqual([null, 2, 2, 2]);
  expect(sent[0]?.message).toMatchObject({ backend: "cgroup", intervalMs: 5_000, host: null });
  expect(asked).toEqual([]);
  targets[2] = target(C, { startedAtNs: 2n });
  await pass(10_000);
  expect(idsOf(take())).toEqual([[A, B, C], [C], [A, B, C]]);
});

test("what is watched comes every second, and stops with the last watcher", async () => {
  const { collector, pass, take, idsOf } = await start({ targets: [target(A), target(B)], visible: new Set([A, B]) });
  await pass(1_000);
  take();
  collector.watch([B], 1_000);
  await pass(4_000);
  const sent = take();
  expect(idsOf(sent)).toEqual([[B], [B], [B], [B], [A, B]]);
  expect(sent.map(({ message }) => message.intervalMs)).toEqual([1_000, 1_000, 1_000, 1_000, 5_000]);
  collector.watch([], 1_000);
  await pass(10_000);
  expect(idsOf(take())).toEqual([
    [A, B],
    [A, B],
  ]);
});

test("a watched container that does not run sends nothing by itself", async () => {
  const { collector, pass, take } = await start({ targets: [target(C, { state: "exited" })], visible: new Set() });
  take();
  collector.watch([C], 1_000);
  await pass(4_000);
  expect(take()).toEqual([]);
});

test("a container whose kernel files are hidden is read through the engine, until its next start", async () => {
  const targets = [target(A), target(B)];
  const visible = new Set([A]);
  const { pass, take, collector, asked } = await start({ targets, visible });
  await pass(5_000);
  const [, second] = take();
  expect(second?.message.containers.map(({ dockerId, cpuCores }) => [dockerId, cpuCores])).toEqual([
    [A, 2],
    [B, 0.5],
  ]);
  expect(collector.backend).toBe("cgroup");
  expect(asked).toEqual([B, B, B]);
  visible.add(B);
  await pass(5_000);
  expect(asked).toEqual([B, B, B, B]);
  targets[1] = target(B, { startedAtNs: 2n });
  await pass(5_000);
  expect(asked).toEqual([B, B, B, B]);
});

test("without kernel files everything comes from the engine, five at once, and the backend is said", async () => {
  let atOnce = 0;
  let most = 0;
  const { take, collector } = await start({
    targets: Array.from({ length: 20 }, (_, n) => target(dockerIdOf(n))),
    visible: null,
    readStats: async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
      return statsAt(1_000_000_000n);
    },
  });
  expect(take()).toMatchObject([{ message: { backend: "api" } }]);
  expect([most, collector.backend]).toEqual([5, "api"]);
});

test("an engine that fails or says that a container has stopped costs only that sample", async () => {
  const { take, pass, idsOf, asked } = await start({
    targets: [target(A), target(B), target(C)],
    visible: null,
    readStats: async (dockerId) => {
      if (dockerId === A) throw new ProtocolError("engine_unreachable", "too slow");
      return dockerId === B ? null : statsAt(1_000_000_000n);
    },
  });
  await pass(5_000);
  expect(idsOf(take())).toEqual([[C], [C], [C]]);
  expect(asked).toEqual([A, B, C, C, A, B, C]);
});

test("[METR-02] thousands of containers leave in messages below the limit", async () => {
  const targets = Array.from({ length: 2_500 }, (_, n) => target(dockerIdOf(n)));
  const { take, pass } = await start({ targets, visible: new Set(targets.map(({ dockerId }) => dockerId)) });
  for (let turn = 0; turn < 400; turn++) await new Promise((resolve) => setImmediate(resolve));
  await pass(0.001);
  const sent = take();
  expect(sent.map(({ message }) => message.containers.length)).toEqual([1_000, 1_000, 500]);
  for (const { message } of sent) {
    expect(agentUpSchema.safeParse(message).error).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(AGENT_MESSAGE_BYTES);
  }
});
