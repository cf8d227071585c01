import { execFileSync } from "node:child_process";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { engineCall, engineRequest } from "@yardarm/testkit/engine-request";
import "@yardarm/testkit/provided";
import { TEST_IMAGE } from "@yardarm/testkit/test-image";
import { afterAll, afterEach, describe, expect, inject, test } from "vitest";
import type { ContainerEvent } from "./container-events.ts";
import { DockerEngine } from "./docker-engine.ts";
import { createMessageParser } from "./message-parser.ts";
import type { RawStream } from "./raw-stream.ts";
import { parseTimestampNs } from "./timestamps.ts";

const socketPath = inject("dockerHost").replace("unix://", "");
const engine = new DockerEngine({ kind: "unix", socketPath });
const created: DockerId[] = [];

afterEach(async () => {
  for (const id of created.splice(0)) await engineRequest(socketPath, "DELETE", `/containers/${id}?force=1`);
});

afterAll(() => engine.close());

/** Creates a container of the test image with a shell script as its command. */
const create = async (script: string, config: Record<string, unknown> = {}): Promise<DockerId> => {
  const body = { Image: TEST_IMAGE, Cmd: ["sh", "-c", script], StopSignal: "SIGTERM", ...config };
  const answer = await engineCall(socketPath, "POST", "/containers/create", body);
  const { Id } = JSON.parse(answer.toString()) as { Id: string };
  created.push(asId(Id));
  return asId(Id);
};

const run = async (script: string, config: Record<string, unknown> = {}): Promise<DockerId> => {
  const id = await create(script, config);
  expect(await engine.startContainer(id, { timeoutMs: 20_000 })).toBe("done");
  return id;
};

const waitForExit = (id: DockerId): Promise<Buffer> => engineCall(socketPath, "POST", `/containers/${id}/wait`);

type Line = { readonly stream: number; readonly stamp: string; readonly text: string };

/** Reads messages until the stream ends or `isEnough`. */
const readMessages = (stream: RawStream, tty: boolean, isEnough: (lines: Line[]) => boolean = () => false) => {
  const lines: Line[] = [];
  return new Promise<Line[]>((resolve, reject) => {
    const parser = createMessageParser({
      tty,
      sink: {
        message: (number, bytes, start, end) => {
          const message = bytes.toString("latin1", start, end);
          lines.push({ stream: number, stamp: message.slice(0, 30), text: message.slice(31) });
        },
        daemonError: (text) => reject(new Error(text)),
      },
    });
    stream.read({
      bytes: (chunk) => {
        const fault = parser.feed(chunk);
        if (fault !== null) reject(new Error(fault.kind));
        if (!isEnough(lines)) return;
        stream.close();
        resolve(lines);
      },
      ended: (error) => {
        parser.end();
        if (error === null) resolve(lines);
        else reject(error);
      },
    });
  });
};

describe("who is there", () => {
  test("handshake names the engine and negotiates the version", async () => {
    const version = execFileSync("docker", ["-H", inject("dockerHost"), "version", "-f", "{{.Server.Version}}"]);
    const identity = await engine.handshake();
    expect(identity).toMatchObject({ kind: "docker", isDesktop: false, isSimulated: false });
    expect(identity.engineVersion).toBe(version.toString().trim());
    expect(identity.apiVersion).toMatch(/^1\.4\d$/);
    expect(identity.cpus).toBeGreaterThan(0);
    expect(identity.memoryBytes).toBeGreaterThan(2 ** 28);
    expect(Math.abs(Number(identity.answeredAtNs / 1_000_000n) - Date.now())).toBeLessThan(5_000);
  });

  test("a container is listed, running or not, and inspected with its settings", async () => {
    const id = await create("sleep 1000", {
      Labels: { "com.example.team": "blue" },
      StopTimeout: 3,
      Tty: true,
      HostConfig: {
        Memory: 67_108_864,
        NanoCpus: 500_000_000,
        LogConfig: { Type: "local", Config: { "max-size": "1m" } },
      },
    });
    expect((await engine.listContainers()).map(({ dockerId }) => dockerId)).toContain(id);
    const before = await engine.inspectContainer(id);
    expect(before).toMatchObject({ state: "created", exitCode: null, startedAtNs: null, pid: null, logPath: null });
    await engine.startContainer(id, { timeoutMs: 20_000 });
    const after = await engine.inspectContainer(id);
    expect(after).toMatchObject({
      state: "running",
      image: TEST_IMAGE,
      labels: { "com.example.team": "blue" },
      tty: true,
      stopGraceSeconds: 3,
      memoryLimitBytes: 67_108_864,
      cpuLimitCores: 0.5,
      logDriver: "local",
      logOptions: { "max-size": "1m" },
    });
    expect(after.pid).toBeGreaterThan(0);
    expect(after.startedAtNs).toBeGreaterThan(after.createdAtNs);
  });

  test("an id that the engine does not know is not_found, in every call", async () => {
    const nobody = asId<DockerId>("0".repeat(64));
    const timeoutMs = 5_000;
    const calls = [
      engine.inspectContainer(nobody),
      engine.startContainer(nobody, { timeoutMs }),
      engine.stopContainer(nobody, { timeoutMs }),
      engine.readStats(nobody, { timeoutMs }),
      engine.openLogs({ dockerId: nobody, follow: true }),
    ];
    const outcomes = await Promise.allSettled(calls);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "not_found" } });
    }
  });
});

describe("logs", () => {
  test("both streams, with nanoseconds, in order", async () => {
    const id = await run("echo one; echo two >&2; echo; echo -n last");
    await waitForExit(id);
    const lines = await readMessages(await engine.openLogs({ dockerId: id, follow: false }), false);
    expect(lines.filter((line) => line.stream === 0).map((line) => line.text)).toEqual(["one\n", "\n", "last"]);
    expect(lines.filter((line) => line.stream === 1).map((line) => line.text)).toEqual(["two\n"]);
    for (const line of lines) expect(line.stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  });

  test("a follow delivers what comes, and ends when the container stops", async () => {
    const id = await run("echo first; read line; echo $line", { OpenStdin: true });
    const reading = readMessages(
      await engine.openLogs({ dockerId: id, follow: true }),
      false,
      (lines) => lines.length > 0,
    );
    expect((await reading).map((line) => line.text)).toEqual(["first\n"]);
    const toTheEnd = readMessages(await engine.openLogs({ dockerId: id, follow: true }), false);
    await engine.killContainer(id, { timeoutMs: 20_000 });
    expect((await toTheEnd).map((line) => line.text)).toEqual(["first\n"]);
  });

  test("since is inclusive to the nanosecond, tail counts from the end", async () => {
    const id = await run("for i in 1 2 3 4 5; do echo $i; sleep 0.01; done");
    await waitForExit(id);
    const all = await readMessages(await engine.openLogs({ dockerId: id, follow: false }), false);
    const sinceNs = parseTimestampNs(all[2]?.stamp ?? "") ?? 0n;
    const read = async (request: { sinceNs?: bigint; untilNs?: bigint; tailMessages?: number }) => {
      const stream = await engine.openLogs({ dockerId: id, follow: false, ...request });
      return (await readMessages(stream, false)).map((line) => line.text.trim());
    };
    expect(await read({ sinceNs })).toEqual(["3", "4", "5"]);
    expect(await read({ sinceNs: sinceNs + 1n })).toEqual(["4", "5"]);
    expect(await read({ untilNs: sinceNs })).toEqual(["1", "2", "3"]);
    expect(await read({ tailMessages: 2 })).toEqual(["4", "5"]);
  });

  test.each([false, true])("a line of 40,000 bytes comes as three fragments with one stamp (TTY: %s)", async (tty) => {
    const id = await run("head -c 40000 /dev/zero | tr '\\0' x; echo; echo next", { Tty: tty });
    await waitForExit(id);
    const lines = await readMessages(await engine.openLogs({ dockerId: id, follow: false }), tty);
    const [a, b, c, next] = lines;
    const ending = tty ? "\r\n" : "\n";
    expect([a, b].map((line) => line?.text)).toEqual(["x".repeat(16_384), "x".repeat(16_384)]);
    expect(c?.text).toBe("x".repeat(7_232) + ending);
    expect(new Set([a?.stamp, b?.stamp, c?.stamp]).size).toBe(1);
    expect(next?.text).toBe(`next${ending}`);
  });

  test("a TTY's last words without a newline are not joined to the next start's first line", async () => {
    const id = await run("echo ready; printf '/ # '", { Tty: true });
    await waitForExit(id);
    await engine.startContainer(id, { timeoutMs: 20_000 });
    await waitForExit(id);
    const lines = await readMessages(await engine.openLogs({ dockerId: id, follow: false }), true);
    expect(lines.map((line) => line.text)).toEqual(["ready\r\n", "/ # ", "ready\r\n", "/ # "]);
  });

  test("driver none is log_unreadable, in the engine's own words", async () => {
    const id = await run("sleep 1000", { HostConfig: { LogConfig: { Type: "none" } } });
    await expect(engine.openLogs({ dockerId: id, follow: true })).rejects.toMatchObject({
      code: "log_unreadable",
      message: expect.stringContaining("configured logging driver does not support reading"),
    });
  });

  test("a reader that pauses loses nothing of 50,000 lines", async () => {
    const id = await run("i=0; while [ $i -lt 50000 ]; do echo line $i; i=$((i+1)); done");
    const stream = await engine.openLogs({ dockerId: id, follow: true });
    const texts: string[] = [];
    const parser = createMessageParser({
      tty: false,
      sink: {
        message: (_, bytes, start, end) => void texts.push(bytes.toString("latin1", start + 31, end - 1)),
        daemonError: (text) => expect.unreachable(text),
      },
    });
    let reads = 0;
    await new Promise<void>((resolve) => {
      stream.read({
        bytes: (chunk) => {
          parser.feed(chunk);
          reads += 1;
          if (reads % 20 !== 0) return;
          stream.pause();
          setImmediate(() => stream.resume());
        },
        ended: () => resolve(),
      });
    });
    expect(texts).toEqual(Array.from({ length: 50_000 }, (_, index) => `line ${index}`));
  });
});

describe("actions", () => {
  const timeoutMs = 30_000;

  test("start of a running and stop of a stopped container are already so", async () => {
    const id = await run("trap 'exit 0' TERM; while true; do sleep 0.1; done");
    expect(await engine.startContainer(id, { timeoutMs })).toBe("already");
    expect(await engine.stopContainer(id, { timeoutMs })).toBe("done");
    expect(await engine.stopContainer(id, { timeoutMs })).toBe("already");
    expect(await engine.inspectContainer(id)).toMatchObject({ state: "exited", exitCode: 0 });
  });

  test("stop waits for the asked grace, then kills: exit code 137", async () => {
    const id = await run("trap '' TERM; while true; do sleep 0.1; done");
    const beganMs = performance.now();
    expect(await engine.stopContainer(id, { timeoutMs, graceSeconds: 1 })).toBe("done");
    expect(performance.now() - beganMs).toBeGreaterThan(900);
    expect(await engine.inspectContainer(id)).toMatchObject({ state: "exited", exitCode: 137 });
  });

  test("without an asked grace the container's own holds", async () => {
    const id = await run("trap '' TERM; while true; do sleep 0.1; done", { StopTimeout: 1 });
    const beganMs = performance.now();
    await engine.stopContainer(id, { timeoutMs });
    expect(performance.now() - beganMs).toBeLessThan(8_000);
  });

  test("a stop goes on when its caller gives up", async () => {
    const id = await run("trap '' TERM; while true; do sleep 0.1; done");
    const stopping = engine.stopContainer(id, { timeoutMs: 100, graceSeconds: 1 });
    await expect(stopping).rejects.toMatchObject({ code: "engine_unreachable" });
    await waitForExit(id);
    expect(await engine.inspectContainer(id)).toMatchObject({ state: "exited", exitCode: 137 });
  });

  test("restart moves the start; pause, unpause and kill do what they say, once", async () => {
    const id = await run("sleep 1000", { StopTimeout: 0 });
    const before = await engine.inspectContainer(id);
    expect(await engine.restartContainer(id, { timeoutMs })).toBe("done");
    const after = await engine.inspectContainer(id);
    expect(after.startedAtNs).toBeGreaterThan(before.startedAtNs ?? 0n);
    expect(await engine.pauseContainer(id, { timeoutMs })).toBe("done");
    expect(await engine.inspectContainer(id)).toMatchObject({ state: "paused", exitCode: null });
    await expect(engine.pauseContainer(id, { timeoutMs })).rejects.toMatchObject({ code: "conflict" });
    expect(await engine.unpauseContainer(id, { timeoutMs })).toBe("done");
    expect(await engine.killContainer(id, { timeoutMs })).toBe("done");
    await waitForExit(id);
    await expect(engine.killContainer(id, { timeoutMs })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("events", () => {
  test("a container's life, without the noise of exec", async () => {
    const controller = new AbortController();
    const { answeredAtNs } = await engine.handshake();
    const events = await engine.openEvents(answeredAtNs, { signal: controller.signal });
    const id = await run("read line; exit 3", { OpenStdin: true });
    const exec = await engineCall(socketPath, "POST", `/containers/${id}/exec`, { Cmd: ["true"] });
    const { Id } = JSON.parse(exec.toString()) as { Id: string };
    await engineCall(socketPath, "POST", `/exec/${Id}/start`, { Detach: false });
    await engine.killContainer(id, { timeoutMs: 20_000 });
    await waitForExit(id);
    await engineCall(socketPath, "DELETE", `/containers/${id}`);
    const seen: ContainerEvent[] = [];
    for await (const event of events) {
      if (event.dockerId === id) seen.push(event);
      if (event.dockerId === id && event.action === "destroy") break;
    }
    expect(seen.map((event) => event.action)).toEqual(["create", "start", "kill", "die", "destroy"]);
    expect(seen.find((event) => event.action === "die")?.exitCode).toBe(137);
    for (const event of seen) expect(event.timeNs).toBeGreaterThanOrEqual(answeredAtNs);
  });

  test("events from before the subscription are replayed", async () => {
    const { answeredAtNs } = await engine.handshake();
    const id = await create("true");
    const events = await engine.openEvents(answeredAtNs - 1_000_000_000n);
    for await (const event of events) {
      if (event.dockerId !== id) continue;
      expect(event.action).toBe("create");
      break;
    }
  });
});

describe("statistics", () => {
  test("one sample of a running container, none of a stopped one", async () => {
    const id = await run("while true; do :; done", { HostConfig: { Memory: 67_108_864 } });
    const stats = await engine.readStats(id, { timeoutMs: 10_000 });
    expect(stats).toMatchObject({ memoryLimitBytes: 67_108_864, pids: 1 });
    expect(stats?.cpuTotalNs).toBeGreaterThan(0);
    expect(stats?.memoryUsageBytes).toBeGreaterThan(0);
    await engine.killContainer(id, { timeoutMs: 20_000 });
    await waitForExit(id);
    expect(await engine.readStats(id, { timeoutMs: 10_000 })).toBeNull();
  });
});
