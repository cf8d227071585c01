import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";
import type { EngineRefusal } from "../engine-refusal.ts";
import { SimulatedEngine } from "../simulated-engine.ts";

let engine: SimulatedEngine;
let clock: ManualClock;
let events: string[];

beforeEach(() => {
  clock = new ManualClock();
  engine = new SimulatedEngine({ name: "host-1", seed: 1, address: { port: 0 }, clock });
  events = [];
  engine.events.subscribe(({ type, action, attributes }) => {
    const { exitCode, signal, oldName } = attributes;
    events.push(
      [type === "container" ? "" : `${type} `, action, exitCode ?? signal ?? oldName]
        .filter(Boolean)
        .join(" ")
        .replace("  ", " "),
    );
  });
});

const refusal = (run: () => unknown): number => {
  try {
    run();
  } catch (error) {
    return (error as EngineRefusal).status;
  }
  return 0;
};
const status = async (promise: Promise<void>): Promise<number> =>
  promise.then(
    () => 0,
    (error: EngineRefusal) => error.status,
  );

describe("the order of events", () => {
  test("create, start, stop, start, restart, kill, remove", async () => {
    const container = engine.run({ name: "c1" });
    await container.stop();
    container.start();
    await container.restart();
    container.kill();
    container.remove({ force: false });
    expect(events).toEqual([
      ...["create", "network connect", "start"],
      ...["kill 15", "die 0", "network disconnect", "stop"],
      ...["network connect", "start"],
      ...["kill 15", "die 0", "network disconnect", "stop", "network connect", "start", "restart"],
      ...["kill 9", "die 137", "network disconnect"],
      "destroy",
    ]);
  });

  test("a forced removal kills first; --rm removes by itself", () => {
    engine.run({ name: "forced", networkMode: "container:x" }).remove({ force: true });
    engine.run({ name: "gone", networkMode: "container:x", autoRemove: true }).die(0);
    expect(events).toEqual(["create", "start", "kill 9", "die 137", "destroy", "create", "start", "die 0", "destroy"]);
    expect([...engine.containers()]).toEqual([]);
  });

  test("pause, unpause, rename, health, out of memory", () => {
    const container = engine.run({
      name: "c1",
      networkMode: "container:x",
      health: { status: "healthy", afterMs: 10 },
    });
    expect(container.health?.status).toBe("starting");
    clock.advance(10);
    container.pause();
    container.unpause();
    engine.rename(container, "d1");
    container.setHealth("unhealthy", "no answer");
    container.setHealth("unhealthy", "no answer");
    container.runOutOfMemory();
    expect(events.slice(2)).toEqual([
      ...["health_status: healthy", "pause", "unpause", "rename /c1", "health_status: unhealthy"],
      ...["oom", "die 137"],
    ]);
    expect([container.health?.failingStreak, container.state]).toMatchObject([2, { ending: { isOomKilled: true } }]);
  });
});

describe("what the engine refuses", () => {
  test("304 for what is already so, 409 for what cannot be", async () => {
    const container = engine.run({ name: "c1" });
    expect(refusal(() => container.start())).toBe(304);
    container.pause();
    expect(refusal(() => container.pause())).toBe(409);
    expect(refusal(() => container.start())).toBe(409);
    container.unpause();
    expect(refusal(() => container.unpause())).toBe(500);
    await container.stop();
    expect(await status(container.stop())).toBe(304);
    expect(refusal(() => container.kill())).toBe(409);
    expect(refusal(() => container.pause())).toBe(409);
    expect(refusal(() => container.kill("SIGNONSENSE"))).toBe(400);
  });
});

describe("stopping", () => {
  test("waits for the process, and kills it after the grace", async () => {
    const container = engine.run({ name: "deaf", onStopSignal: "ignore", networkMode: "container:x" });
    const stopped = container.stop({ graceSeconds: 3 });
    clock.advance(2999);
    expect(container.isRunning).toBe(true);
    clock.advance(1);
    await stopped;
    expect(events.slice(2)).toEqual(["kill 15", "kill 9", "die 137", "stop"]);
  });

  test.each([
    [{ stopTimeoutSeconds: 2 }, 2000],
    [{}, 10_000],
  ])("the grace comes from the container, then from the engine: %j", async (spec, graceMs) => {
    const container = engine.run({ name: "deaf", onStopSignal: "ignore", ...spec });
    const stopped = container.stop();
    clock.advance(graceMs - 1);
    expect(container.isRunning).toBe(true);
    clock.advance(1);
    await stopped;
  });

  test("a process that takes its time ends with its own exit code, in time", async () => {
    const container = engine.run({ name: "slow", onStopSignal: { exitCode: 7, afterMs: 800 } });
    const stopped = container.stop();
    clock.advance(800);
    await stopped;
    expect(container.state).toMatchObject({ status: "exited", ending: { exitCode: 7 } });
    expect(clock.pendingTimers).toBe(0);
  });

  test("a paused container is woken by its stop", async () => {
    const container = engine.run({ name: "c1", networkMode: "container:x" });
    container.pause();
    await container.stop();
    expect(events.slice(3)).toEqual(["kill 15", "unpause", "die 0", "stop"]);
  });

  test("two stops at once both succeed", async () => {
    const container = engine.run({ name: "c1", onStopSignal: { exitCode: 0, afterMs: 5 } });
    const both = [container.stop(), container.stop()];
    clock.advance(5);
    expect(await Promise.all(both.map(status))).toEqual([0, 0]);
  });
});

describe("restart policies", () => {
  test("a crash is followed by a start after a growing wait, and counted", () => {
    const container = engine.run({ name: "c1", restartPolicy: { name: "always" } });
    for (const waitMs of [100, 200, 400]) {
      container.die(1);
      expect(container.state.status).toBe("restarting");
      clock.advance(waitMs - 1);
      expect(container.state.status).toBe("restarting");
      clock.advance(1);
      expect(container.state.status).toBe("running");
    }
    expect(container.restartCount).toBe(3);
    clock.advance(10_000);
    container.die(1);
    clock.advance(100);
    expect(container.isRunning).toBe(true);
  });

  test("a stop by a user keeps it stopped, a start by a user counts from zero", async () => {
    const container = engine.run({ name: "c1", restartPolicy: { name: "always" } });
    container.die(1);
    clock.advance(100);
    await container.stop();
    clock.advance(60_000);
    expect(container.state.status).toBe("exited");
    container.start();
    expect(container.restartCount).toBe(0);
  });

  test("on-failure ignores success and gives up after its retries", () => {
    const container = engine.run({ name: "c1", restartPolicy: { name: "on-failure", maximumRetryCount: 1 } });
    container.die(2);
    clock.advance(100);
    container.die(2);
    expect(container.state.status).toBe("exited");
    const fine = engine.run({ name: "d1", restartPolicy: { name: "on-failure" } });
    fine.die(0);
    expect(fine.state.status).toBe("exited");
  });

  test("stopping one that waits for its next start ends it", async () => {
    const container = engine.run({ name: "c1", restartPolicy: { name: "always" } });
    container.die(1);
    expect(refusal(() => container.start())).toBe(304);
    await container.stop();
    expect([container.state.status, clock.pendingTimers]).toEqual(["exited", 0]);
  });
});

describe("the engine's own restart", () => {
  test("without live restore containers end, and policies decide who comes back", async () => {
    const always = engine.run({ name: "always", restartPolicy: { name: "always" } });
    const unless = engine.run({ name: "unless", restartPolicy: { name: "unless-stopped" } });
    const stopped = engine.run({ name: "stopped", restartPolicy: { name: "unless-stopped" } });
    const plain = engine.run({ name: "plain" });
    await stopped.stop();
    await engine.restart({ liveRestore: false });
    expect([always, unless, stopped, plain].map((container) => container.state.status)).toEqual([
      "running",
      "running",
      "exited",
      "exited",
    ]);
    await engine.close();
  });

  test("with live restore nobody notices but the clients", async () => {
    const container = engine.run({ name: "c1" });
    const before = container.state;
    await engine.restart({ liveRestore: true });
    expect(container.state).toBe(before);
    await engine.close();
  });
});

test("a past is assumed without events or timers", () => {
  const finishedNs = clock.nowNs() - 3_600_000_000_000n;
  const container = engine.create({ name: "c1" });
  container.assume({ startedNs: finishedNs - 1n, finishedNs, exitCode: 137, isOomKilled: true, restartCount: 4 });
  expect(events).toEqual(["create"]);
  expect([container.restartCount, container.state]).toMatchObject([4, { status: "exited", ending: { exitCode: 137 } }]);
  expect(clock.pendingTimers).toBe(0);
});

test("thousands of idle containers own no timer", () => {
  for (let index = 0; index < 5000; index++) engine.run({ name: `c${index}` });
  expect(clock.pendingTimers).toBe(0);
});
