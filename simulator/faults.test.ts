import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { engineRequest } from "../testkit/engine-request.ts";
import { type EngineStream, openEngineStream, shownFrames, splitFrames } from "../testkit/engine-stream.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import { makeTempDir, type TempDir } from "../testkit/temp-dir.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

let directory: TempDir;
let socketPath: string;
let engine: SimulatedEngine;
let clock: ManualClock;

beforeEach(async () => {
  directory = await makeTempDir("sim");
  socketPath = `${directory.path}/engine.sock`;
  clock = new ManualClock();
  engine = new SimulatedEngine({ name: "host-1", seed: 1, address: { socketPath }, clock });
  await engine.listen();
});

afterEach(async () => {
  await engine.close();
  await directory.remove();
});

const ping = (): Promise<string> =>
  engineRequest(socketPath, "GET", "/_ping").then(
    ({ status }) => `${status}`,
    (error: NodeJS.ErrnoException) => error.code ?? "?",
  );
const logs = (name: string): Promise<EngineStream> =>
  openEngineStream(socketPath, `/containers/${name}/logs?stdout=1&stderr=1&follow=1`);

describe("the engine is away", () => {
  test("a daemon that is down refuses; one that was never there has no socket", async () => {
    await engine.goDown({ liveRestore: true });
    expect(await ping()).toBe("ECONNREFUSED");
    await engine.comeUp();
    expect(await ping()).toBe("200");
    await engine.close();
    expect(await ping()).toBe("ENOENT");
  });

  test("going down breaks what is open", async () => {
    engine.run({ name: "web" });
    const stream = await logs("web");
    await engine.restart({ liveRestore: true });
    expect(await stream.ended).toBe(false);
    expect(await ping()).toBe("200");
  });

  test("a loopback port keeps its number over a restart", async () => {
    const other = new SimulatedEngine({ name: "host-2", seed: 1, address: { port: 0 }, clock });
    await other.listen();
    const before = other.dockerHost;
    await other.restart({ liveRestore: true });
    expect(other.dockerHost).toBe(before);
    expect(before).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect((await fetch(`${before.replace("tcp", "http")}/_ping`)).status).toBe(200);
    await other.close();
  });
});

describe("answers", () => {
  test("fail a number of times, on one route, for one container", async () => {
    engine.run({ name: "web" });
    engine.run({ name: "db" });
    engine.faults.arm({ kind: "fail", status: 500, message: "boom", routes: ["inspect"], container: "web", times: 1 });
    const inspect = async (name: string): Promise<number> =>
      (await engineRequest(socketPath, "GET", `/containers/${name}/json`)).status;
    expect([await inspect("db"), await inspect("web"), await inspect("web")]).toEqual([200, 500, 200]);
  });

  test("are dropped, until the fault is disarmed", async () => {
    const disarm = engine.faults.arm({ kind: "drop", routes: ["ping"] });
    expect([await ping(), await ping()]).toEqual(["ECONNRESET", "ECONNRESET"]);
    disarm();
    expect(await ping()).toBe("200");
  });

  test("come late", async () => {
    engine.faults.arm({ kind: "delay", delayMs: 3000, routes: ["ping"] });
    let isAnswered = false;
    const late = ping().finally(() => (isAnswered = true));
    await expect.poll(() => clock.pendingTimers).toBe(1);
    clock.advance(2999);
    expect(isAnswered).toBe(false);
    clock.advance(1);
    expect(await late).toBe("200");
  });

  test("are lost, though the work is done", async () => {
    const container = engine.run({ name: "web", onStopSignal: { exitCode: 0, afterMs: 50 } });
    engine.faults.arm({ kind: "lose-answer", routes: ["stop"], times: 1 });
    await expect(engineRequest(socketPath, "POST", "/containers/web/stop")).rejects.toThrow("socket hang up");
    expect(container.isRunning).toBe(true);
    clock.advance(50);
    expect(container.state.status).toBe("exited");
    expect((await engineRequest(socketPath, "POST", "/containers/web/stop")).status).toBe(304);
  });

  test("are not waited for: a stop goes on when its client leaves", async () => {
    const container = engine.run({ name: "deaf", onStopSignal: "ignore" });
    const leaving = new AbortController();
    const call = request({
      socketPath,
      path: "/containers/deaf/stop?t=5",
      method: "POST",
      signal: leaving.signal,
    }).end();
    const left = new Promise((resolve) => call.once("error", resolve));
    await expect.poll(() => clock.pendingTimers).toBe(1);
    leaving.abort();
    await left;
    clock.advance(5000);
    expect(container.state).toMatchObject({ status: "exited", ending: { exitCode: 137 } });
  });

  test("never come", async () => {
    engine.faults.arm({ kind: "hang", routes: ["ping"], times: 1 });
    const hanging = ping();
    expect(await ping()).toBe("200");
    await engine.close();
    expect(await hanging).toBe("ECONNRESET");
  });
});

describe("log streams", () => {
  const writeTen = (): void => {
    const container = engine.run({ name: "web" });
    for (let index = 0; index < 10; index++) container.write("stdout", `line ${index}`);
  };

  test("are cut after exactly so many bytes, here inside the second header", async () => {
    writeTen();
    engine.faults.arm({ kind: "cut-log", afterBytes: 8 + 7 + 3, times: 1 });
    const stream = await logs("web");
    expect(await stream.ended).toBe(false);
    const { frames, rest } = splitFrames(stream.received());
    expect([frames.length, rest.length]).toEqual([1, 3]);
  });

  test("are cut in the middle of a live line", async () => {
    writeTen();
    engine.faults.arm({ kind: "cut-log", afterBytes: 10 * 15 + 12 });
    const stream = await logs("web");
    await stream.until("ten lines", (body) => body.length === 150);
    engine.container("web").write("stdout", "line live");
    expect(await stream.ended).toBe(false);
    expect(stream.received().length).toBe(162);
  });

  test("turn into garbage", async () => {
    writeTen();
    engine.faults.arm({ kind: "corrupt-log", afterBytes: 15 });
    const stream = await logs("web");
    await stream.until("everything", (body) => body.length === 150);
    expect(splitFrames(stream.received()).frames.length).toBe(1);
    expect(stream.received().subarray(15, 23).toString("hex")).toBe("deadbeefffffffff");
    stream.close();
  });

  test("end with the daemon's own error on stream 3", async () => {
    writeTen();
    engine.faults.arm({ kind: "daemon-error", afterMessages: 4, message: "error grabbing logs: unexpected EOF" });
    const stream = await logs("web");
    expect(await stream.ended).toBe(true);
    expect(shownFrames(stream.received()).slice(3)).toEqual(["1:line 3$", "3:error grabbing logs: unexpected EOF"]);
  });

  test("arrive in pieces of any size, nothing lost", async () => {
    writeTen();
    engine.faults.arm({ kind: "fragment-log", pieceBytes: 1 });
    const stream = await logs("web");
    engine.container("web").write("stderr", "and more");
    engine.container("web").die(0);
    expect(await stream.ended).toBe(true);
    expect(shownFrames(stream.received())).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `1:line ${index}$`),
      "2:and more$",
    ]);
  });
});

test("lost events never arrive, not even with since", async () => {
  const stream = await openEngineStream(socketPath, '/events?filters={"type":["container"]}');
  engine.faults.arm({ kind: "lose-events", actions: ["die"], container: "web", times: 1 });
  const container = engine.run({ name: "web" });
  container.die(1);
  container.start();
  container.die(2);
  await stream.until("the second end", (body) => body.includes('"exitCode":"2"'));
  stream.close();
  const replay = await openEngineStream(socketPath, "/events?since=1&until=1780000000.5");
  clock.advance(1000);
  await replay.ended;
  expect(`${stream.received().toString()}${replay.received().toString()}`).not.toContain('"exitCode":"1"');
  expect(replay.received().toString()).toContain('"exitCode":"2"');
});
