import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { engineCall } from "../testkit/engine-request.ts";
import { openEngineStream, splitFrames } from "../testkit/engine-stream.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import { makeTempDir, type TempDir } from "../testkit/temp-dir.ts";
import { type DemoFleet, startDemoFleet } from "./demo-fleet.ts";

let directory: TempDir;
let clock: ManualClock;
let fleet: DemoFleet;
const seed = 5;

beforeEach(async () => {
  directory = await makeTempDir("demo");
  clock = new ManualClock(1_780_000_123_456_000_000n);
  fleet = await startDemoFleet({ directory: directory.path, seed, clock });
});

afterEach(async () => {
  await fleet.stop();
  await directory.remove();
});

const get = async <T>(host: string, path: string): Promise<T> => {
  const socketPath = fleet.hosts.find(({ name }) => name === host)?.socketPath ?? "";
  return JSON.parse((await engineCall(socketPath, "GET", path)).toString());
};
interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Status: string;
  readonly Labels: Readonly<Record<string, string>>;
}
const listAll = async (): Promise<(Listed & { readonly host: string })[]> => {
  const lists = fleet.hosts.map(async ({ name }) =>
    (await get<Listed[]>(name, "/containers/json?all=1")).map((entry) => ({ ...entry, host: name })),
  );
  return (await Promise.all(lists)).flat();
};
const readLog = async (host: string, container: string): Promise<string[]> => {
  const socketPath = fleet.hosts.find(({ name }) => name === host)?.socketPath ?? "";
  const stream = await openEngineStream(socketPath, `/containers/${container}/logs?stdout=1&stderr=1&timestamps=1`);
  await stream.ended;
  const { frames } = splitFrames(stream.received());
  // Without frames it is a terminal's output.
  return frames.length > 0
    ? frames.map(({ payload }) => payload.toString())
    : stream
        .received()
        .toString()
        .split(/(?<=\r\n)/);
};

describe("the demo fleet", () => {
  test("is six hosts that all say that they are simulated", async () => {
    expect(fleet.hosts.map(({ name }) => name)).toEqual(["edge-1", "app-1", "app-2", "data-1", "home-1", "ci-1"]);
    for (const { name } of fleet.hosts) {
      const info = await get<{ Name: string; Labels: string[] }>(name, "/info");
      expect(info.Labels).toContain("yardarm.simulated=true");
      expect(info.Name).toBe(`${name}-simulated`);
    }
  });

  test("has something of everything: unhealthy, restarting, killed, paused, protected, finished, never started", async () => {
    clock.advance(4000);
    const containers = await listAll();
    expect(containers.length).toBeGreaterThanOrEqual(40);
    const states = new Set(containers.map(({ State }) => State));
    expect([...states].toSorted()).toEqual(["created", "exited", "paused", "restarting", "running"]);
    expect(containers.filter(({ Status }) => Status.includes("(unhealthy)")).length).toBe(1);
    expect(containers.filter(({ Status }) => Status.startsWith("Exited (137)")).length).toBe(1);
    expect(containers.filter(({ Labels }) => Labels["yardarm.protected"] === "true").length).toBe(3);
    const projects = new Set(containers.flatMap(({ Labels }) => Labels["com.docker.compose.project"] ?? []));
    expect(projects.size).toBeGreaterThan(8);
  });

  test("every log is in order of time, without a seam between its past and what is written live", async () => {
    const before = await readLog("app-1", "shop-api-1");
    expect(before.length).toBe(1500);
    clock.advance(60_000);
    for (const { host, Id, State } of await listAll()) {
      const lines = await readLog(host, Id);
      if (State === "running") expect(lines.length).toBeGreaterThan(0);
      const stamps = lines.map((line) => line.slice(0, 30));
      expect(stamps).toEqual(stamps.toSorted());
    }
    const after = await readLog("app-1", "shop-api-1");
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length - before.length).toBeGreaterThan(60_000 / 450 - 3);
  });

  test("a stack trace comes at once, under the line that announces it", async () => {
    const lines = await readLog("app-2", "inventory-service-1");
    const at = lines.findIndex((line) => line.includes("Order could not be placed"));
    const burst = lines.slice(at, at + 10);
    expect(burst[1]).toContain("java.lang.IllegalStateException");
    expect(new Set(burst.map((line) => line.slice(0, 22))).size).toBe(1);
  });

  test("a fleet that was stopped continues its own logs: same ids, same lines", async () => {
    clock.advance(30_000);
    const ids = (await listAll()).map(({ Id }) => Id);
    const before = await readLog("home-1", "home-automation-1");
    await fleet.stop();
    clock.advance(5000);
    fleet = await startDemoFleet({ directory: directory.path, seed, clock });
    expect((await listAll()).map(({ Id }) => Id)).toEqual(ids);
    const after = await readLog("home-1", "home-automation-1");
    const common = before.indexOf(after[0] ?? "");
    expect(common).toBeGreaterThanOrEqual(0);
    expect(after.slice(0, before.length - common)).toEqual(before.slice(common));
  });

  test("what is stopped falls silent, what is started says so", async () => {
    const container = fleet.hosts[0]?.engine.container("www-nginx-1");
    if (container === undefined) throw new Error("edge-1 has a www-nginx-1");
    const stopped = container.stop();
    clock.advance(350);
    await stopped;
    const silent = await readLog("edge-1", "www-nginx-1");
    clock.advance(60_000);
    expect(await readLog("edge-1", "www-nginx-1")).toEqual(silent);
    container.start();
    clock.advance(10_000);
    const [boot = ""] = (await readLog("edge-1", "www-nginx-1")).slice(silent.length);
    expect(boot).toContain("ready for start up");
  });

  test("the crash loop goes on, ever more slowly, and is counted", async () => {
    clock.advance(60_000);
    const inspected = await get<{ RestartCount: number }>("app-2", "/containers/inventory-importer-1/json");
    expect(inspected.RestartCount).toBeGreaterThan(3);
    expect((await readLog("app-2", "inventory-importer-1")).some((line) => line.includes("ECONNREFUSED"))).toBe(true);
  });

  test("a container that was created by a user has no program and does no harm", async () => {
    fleet.hosts[0]?.engine.run({ name: "by-hand" });
    clock.advance(1000);
    expect(await readLog("edge-1", "by-hand")).toEqual([""]);
  });
});
