import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { engineRequest } from "../../testkit/engine-request.ts";
import { openEngineStream } from "../../testkit/engine-stream.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { steady } from "../container/load.ts";
import { DOCKER_20_10, DOCKER_24_0, type EngineProfile } from "../engine-profile.ts";
import { SimulatedEngine } from "../simulated-engine.ts";

let directory: TempDir;
let socketPath: string;
let clock: ManualClock;
let engine: SimulatedEngine | undefined;

beforeEach(async () => {
  directory = await makeTempDir("sim");
  socketPath = `${directory.path}/engine.sock`;
  clock = new ManualClock();
});

afterEach(async () => {
  await engine?.close();
  await directory.remove();
});

const open = async (profile: EngineProfile): Promise<SimulatedEngine> => {
  engine = new SimulatedEngine({ name: "host-1", seed: 1, address: { socketPath }, clock, profile, cpus: 8 });
  await engine.listen();
  return engine;
};

interface Stats {
  readonly read: string;
  readonly cpu_stats: {
    readonly cpu_usage: { readonly total_usage: number };
    readonly system_cpu_usage?: number;
    readonly online_cpus?: number;
  };
  readonly precpu_stats: Stats["cpu_stats"];
  readonly memory_stats: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: { readonly inactive_file: number };
  };
  readonly networks?: Readonly<Record<string, { readonly rx_bytes: number }>>;
}
const parse = (body: Buffer): Stats => JSON.parse(body.toString());
const PATH = "/v1.41/containers/web/stats";
const ONE_SHOT = `${PATH}?stream=false&one-shot=true`;
const oneShot = async (): Promise<Stats> => parse((await engineRequest(socketPath, "GET", ONE_SHOT)).body);

/** The formula of `docker stats`. */
const cpuPercent = (now: Stats["cpu_stats"], before: Stats["cpu_stats"]): number =>
  ((now.cpu_usage.total_usage - before.cpu_usage.total_usage) /
    ((now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0))) *
  (now.online_cpus ?? 0) *
  100;

describe("one-shot statistics", () => {
  test("give the CLI's figures: CPU over two samples, memory without the cache", async () => {
    const container = (await open(DOCKER_24_0)).run({ name: "web", memoryLimitBytes: 2 ** 30 });
    container.setLoad({
      cpuCores: steady(1.5),
      memoryBytes: steady(100_000_000),
      networkRxBytesPerSecond: steady(1000),
    });
    const before = await oneShot();
    clock.advance(5000);
    const after = await oneShot();
    expect(before.precpu_stats.system_cpu_usage).toBeUndefined();
    expect(cpuPercent(after.cpu_stats, before.cpu_stats)).toBeCloseTo(150, 1);
    expect((after.memory_stats.usage ?? 0) - (after.memory_stats.stats?.inactive_file ?? 0)).toBe(100_000_000);
    expect(after.memory_stats.limit).toBe(2 ** 30);
    expect((after.networks?.eth0?.rx_bytes ?? 0) - (before.networks?.eth0?.rx_bytes ?? 0)).toBe(5000);
  });

  test("wait for the collector's tick on engines before 23.0.8", async () => {
    (await open(DOCKER_20_10)).run({ name: "web" });
    const answer = oneShot();
    await expect.poll(() => clock.pendingTimers).toBe(1);
    clock.advance(1000);
    expect((await answer).read).toBe("2026-05-28T20:26:41Z");
  });

  test("of a stopped container are zeros, read in year 1", async () => {
    (await open(DOCKER_24_0)).run({ name: "web" }).die(0);
    const stats = await oneShot();
    expect([stats.read, stats.memory_stats, stats.networks]).toEqual(["0001-01-01T00:00:00Z", {}, undefined]);
    expect(stats.cpu_stats.cpu_usage.total_usage).toBe(0);
  });

  test("leave networks out for host mode", async () => {
    (await open(DOCKER_24_0)).run({ name: "web", networkMode: "host" });
    expect((await oneShot()).networks).toBeUndefined();
  });

  test("start from zero with each run, and stand still while paused", async () => {
    const container = (await open(DOCKER_24_0)).run({ name: "web" });
    container.setLoad({ cpuCores: steady(1) });
    clock.advance(10_000);
    container.pause();
    clock.advance(10_000);
    expect((await oneShot()).cpu_stats.cpu_usage.total_usage).toBe(10_000_000_000);
    container.unpause();
    clock.advance(1000);
    expect((await oneShot()).cpu_stats.cpu_usage.total_usage).toBe(11_000_000_000);
    await container.restart();
    expect((await oneShot()).cpu_stats.cpu_usage.total_usage).toBe(0);
  });
});

describe("streamed statistics", () => {
  test("come every second, the first without a previous CPU, and stop with the client", async () => {
    (await open(DOCKER_24_0)).run({ name: "web" }).setLoad({ cpuCores: steady(0.5) });
    const stream = await openEngineStream(socketPath, PATH);
    const records = (body: Buffer): Stats[] =>
      body
        .toString()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => parse(Buffer.from(line)));
    for (let count = 1; count <= 3; count++) {
      await stream.until(`record ${count}`, (body) => records(body).length === count);
      clock.advance(1000);
    }
    await stream.until("record 4", (body) => records(body).length === 4);
    const [first, second] = records(stream.received());
    expect(first?.precpu_stats.cpu_usage.total_usage).toBe(0);
    expect(cpuPercent(second?.cpu_stats ?? neverComes(), second?.precpu_stats ?? neverComes())).toBeCloseTo(50, 1);
    stream.close();
    await expect.poll(() => clock.pendingTimers).toBe(0);
  });

  test("cannot be one-shot", async () => {
    (await open(DOCKER_24_0)).run({ name: "web" });
    expect((await engineRequest(socketPath, "GET", `${PATH}?stream=true&one-shot=true`)).status).toBe(400);
  });
});

const neverComes = (): never => {
  throw new Error("there is no such record");
};
