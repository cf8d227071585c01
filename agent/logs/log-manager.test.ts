import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ContainerSpec } from "../../simulator/container/container-spec.ts";
import type { SimulatedContainer } from "../../simulator/container/simulated-container.ts";
import { SimulatedEngine } from "../../simulator/simulated-engine.ts";
import { AgentLogBench, type AgentLogBenchOptions } from "../../testkit/agent-log-bench.ts";
import { fuzzSeeds } from "../../testkit/fuzz-seeds.ts";
import { createRandom } from "../../testkit/random.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { waitUntil } from "../../testkit/wait-until.ts";
import { DockerEngine } from "../docker/docker-engine.ts";

const MIB = 1024 * 1024;

describe("logs of a simulated engine with faults", () => {
  let temp: TempDir;
  let simulated: SimulatedEngine;
  let engine: DockerEngine;
  let bench: AgentLogBench | null;

  beforeEach(async () => {
    bench = null;
    temp = await makeTempDir("logs");
    const socketPath = `${temp.path}/engine.sock`;
    simulated = new SimulatedEngine({ name: "host-1", seed: 1, address: { socketPath } });
    await simulated.listen();
    engine = new DockerEngine({ kind: "unix", socketPath });
  });

  afterEach(async () => {
    bench?.killAgent();
    engine.close();
    await simulated.close();
    await temp.remove();
  });

  const startAgent = async (
    container: SimulatedContainer,
    options: Partial<AgentLogBenchOptions> = {},
  ): Promise<AgentLogBench> => {
    bench = new AgentLogBench({ engine, container: await engine.inspectContainer(container.id), ...options });
    bench.startAgent();
    return bench;
  };
  const run = (logs: NonNullable<ContainerSpec["logs"]> = {}) =>
    simulated.run({ name: "web", logs: { maxBytes: 8 * MIB, ...logs } });
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
  const write = (container: SimulatedContainer, from: number, to: number): void => {
    for (const line of numbers(from, to)) container.write("stdout", line);
  };

  test("a stream that is cut in the middle of a frame goes on where it was", async () => {
    const container = run();
    simulated.faults.arm({ kind: "cut-log", afterBytes: 1_234, times: 3 });
    write(container, 1, 500);
    const running = await startAgent(container);
    await running.waitForLines(500);
    expect(running.texts).toEqual(numbers(1, 500));
  });

  test("garbage and the daemon's own errors are read again, not shown", async () => {
    const container = run();
    simulated.faults.arm({ kind: "corrupt-log", afterBytes: 47 * 40, times: 1 });
    simulated.faults.arm({ kind: "daemon-error", afterMessages: 100, message: "bad entry", times: 1 });
    write(container, 1, 500);
    const running = await startAgent(container);
    await running.waitForLines(500);
    expect(running.texts).toEqual(numbers(1, 500));
  });

  test("an entry that the engine can never read is a loss, and what comes later is taken", async () => {
    const container = run();
    write(container, 1, 5);
    const disarm = simulated.faults.arm({ kind: "daemon-error", afterMessages: 3, message: "bad entry" });
    const running = await startAgent(container);
    await running.waitForLines(3);
    // Whatever is read fails from here on, except a follow of what is still to come.
    await waitUntil("the engine to be asked for what comes", () => {
      write(container, 6, 6);
      return running.texts.includes("(source_error)");
    });
    disarm();
    expect(running.texts.slice(0, 4)).toEqual([...numbers(1, 3), "(source_error)"]);
  });

  test("the engine restarts, the container lives on", async () => {
    const container = run();
    write(container, 1, 100);
    const running = await startAgent(container);
    await running.waitForLines(100);
    await simulated.goDown({ liveRestore: true });
    write(container, 101, 200);
    await simulated.comeUp();
    await running.waitForLines(200);
    expect(running.texts).toEqual(numbers(1, 200));
  });

  test("a follow that repeats lines and then skips some is set right by what is stored", async () => {
    const container = run({ maxFileBytes: 100 * MIB });
    write(container, 1, 300);
    const running = await startAgent(container);
    await running.waitForLines(300);
    container.log.store.rotate({ keep: 10_000, repeat: 40, skip: 25 });
    write(container, 301, 400);
    await running.waitForLines(400);
    expect(running.texts).toEqual(numbers(1, 400));
  });

  test("[LOGS-09] what was rotated away while the agent was gone is one loss record with its span", async () => {
    const container = run({ maxFileBytes: 100 * MIB });
    write(container, 1, 100);
    const running = await startAgent(container);
    await running.waitForLines(100);
    running.commit();
    const lastTakenNs = running.lines.at(-1)?.tsNs ?? 0n;
    running.killAgent();
    write(container, 101, 300);
    container.log.store.rotate({ keep: 50 });
    running.startAgent();
    await running.waitForLines(151);
    expect(running.texts).toEqual([...numbers(1, 100), "(rotated)", ...numbers(251, 300)]);
    const [loss, , second] = running.lines.slice(100);
    const fromTsNs = String(lastTakenNs - 250_000_000n);
    expect(loss?.loss).toEqual({ reason: "rotated", fromTsNs, toTsNs: String(second?.tsNs) });
  });

  test("[LOG-23] a container that was removed while the agent was gone ends with a loss, and its log is ended by that", async () => {
    const container = run();
    write(container, 1, 100);
    const running = await startAgent(container);
    await running.waitForLines(100);
    running.commit();
    running.killAgent();
    write(container, 101, 150);
    container.remove({ force: true });
    running.forgetContainer();
    running.startAgent();
    await running.waitForLines(101);
    await running.waitForCursor(({ nextSeq, ended }) => nextSeq === 101 && ended === true);
    expect(running.texts).toEqual([...numbers(1, 100), "(source_error)"]);
  });

  test("a clock that was set back hides no line and doubles none", async () => {
    const container = run();
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const ahead = nowNs + 600_000_000_000n;
    for (let n = 1; n <= 50; n++) container.write("stdout", `line ${n}`, ahead + BigInt(n));
    const running = await startAgent(container);
    await running.waitForLines(50);
    running.commit();
    for (let n = 51; n <= 100; n++) container.write("stdout", `line ${n}`, nowNs + BigInt(n));
    await running.waitForLines(100);
    running.killAgent();
    for (let n = 101; n <= 150; n++) container.write("stdout", `line ${n}`, nowNs + BigInt(n));
    running.startAgent();
    await running.waitForLines(150);
    expect(running.texts).toEqual(numbers(1, 150));
  });

  test.each([
    ["back by ten minutes", [600, 0]],
    ["ahead by a day and back again", [0, 86_400, 0]],
    ["back, and back again", [86_400, 600, 0]],
  ] as const)("[LOGS-09] a clock that is set %s doubles nothing, however often the log is opened", async (_, steps) => {
    const nowNs = BigInt(Date.now() - 60_000) * 1_000_000n;
    for (const logs of [{}, { maxFileBytes: 100 * MIB }]) {
      const container = simulated.run({ name: `web-${"maxFileBytes" in logs}`, logs: { maxBytes: 8 * MIB, ...logs } });
      const running = await startAgent(container);
      let written = 0;
      for (const aheadS of steps) {
        for (let opening = 0; opening < 5; opening++) {
          for (let line = 0; line < 20; line++) {
            written++;
            const tsNs = nowNs + BigInt(aheadS) * 1_000_000_000n + BigInt(written) * 1_000_000n;
            container.write("stdout", `line ${written}`, tsNs);
          }
          await running.waitForLines(written);
          running.commit();
          running.killAgent();
          running.startAgent();
        }
      }
      for (let line = 0; line < 5; line++) {
        container.write("stdout", `line ${++written}`, nowNs + BigInt(written) * 1_000_000n);
        await running.waitForLines(written);
        running.rewind();
      }
      await running.waitForLines(written);
      expect(running.texts).toEqual(numbers(1, written));
      running.killAgent();
    }
  });

  test("lines of one stamp are told apart by their position", async () => {
    const container = run({ maxFileBytes: 100 * MIB });
    const tsNs = BigInt(Date.now()) * 1_000_000n;
    for (let n = 1; n <= 20; n++) container.write("stdout", "same", tsNs);
    const running = await startAgent(container);
    await running.waitForLines(20);
    running.commit();
    running.killAgent();
    for (let n = 1; n <= 10; n++) container.write("stdout", "same", tsNs);
    running.startAgent();
    await running.waitForLines(30);
    expect(running.lines.length).toBe(30);
  });

  test("[LOGS-01] a container older than the enrollment that wrote a lot since is taken whole since then", async () => {
    const container = run();
    const enrolledAtNs = BigInt(Date.now() + 1_000) * 1_000_000n;
    for (let n = 1; n <= 250; n++) container.write("stdout", `line ${n}`, enrolledAtNs - 1_000_000n + BigInt(n));
    for (let n = 251; n <= 900; n++) container.write("stdout", `line ${n}`, enrolledAtNs + BigInt(n));
    const running = await startAgent(container, { enrolledAtNs });
    await running.waitForLines(851);
    expect(running.texts).toEqual(["(before_enrollment)", ...numbers(51, 900)]);
    expect(running.lines[0]?.loss?.lines).toBe(50);
  });

  test("unwatched lines leave compressed within a second, with their cursor", async () => {
    const container = run();
    const running = await startAgent(container, { isWatched: false });
    write(container, 1, 2_000);
    await running.waitForLines(2_000);
    await waitUntil("the cursor", () => running.hub.cursor(7)?.nextSeq === 2_000);
    expect(running.texts).toEqual(numbers(1, 2_000));
    expect(running.hub.frames).toBeLessThan(10);
  });

  test("a hub that sends the agent back gets the same lines again", async () => {
    const container = run();
    write(container, 1, 1_000);
    const running = await startAgent(container);
    await running.waitForLines(500);
    running.rewind();
    await running.waitForLines(1_000);
    expect(running.texts).toEqual(numbers(1, 1_000));
  });

  const seeds = fuzzSeeds([1, 2, 3, 4, 5, 6, 7, 8]);
  test.each(seeds)(
    "[LOGS-09] random cuts, kills, rotations and restarts lose and double nothing (seed %i)",
    async (seed) => {
      const random = createRandom(seed);
      const rotates = random.chance(0.5);
      const container = run(rotates ? { maxFileBytes: 100 * MIB } : {});
      const running = await startAgent(container, { isWatched: random.chance(0.7) });
      let written = 0;
      // A third one at the same place would be taken for an entry that can never be read.
      let daemonErrors = 0;
      for (let step = 0; step < 40; step++) {
        const count = random.int(0, 60);
        if (container.isRunning) write(container, written + 1, written + count);
        written += container.isRunning ? count : 0;
        const move = random.int(0, rotates ? 8 : 6);
        if (move === 0) {
          running.cutConnection();
          if (random.chance(0.5)) await delay(random.int(0, 20));
          running.connect();
        } else if (move === 1) {
          running.killAgent();
          running.startAgent();
        } else if (move === 2) simulated.faults.arm({ kind: "cut-log", afterBytes: random.int(0, 3_000), times: 1 });
        else if (move === 3) {
          const message = "bad entry";
          if (daemonErrors++ < 2)
            simulated.faults.arm({ kind: "daemon-error", afterMessages: random.int(1, 50), message, times: 1 });
        } else if (move === 4) simulated.faults.arm({ kind: "fragment-log", pieceBytes: random.int(1, 50), times: 1 });
        else if (move === 5) {
          container.die(0);
          await delay(random.int(0, 5));
          container.start();
          running.containerStarted();
        } else if (move === 6) await delay(random.int(0, 30));
        else container.log.store.rotate({ keep: 1_000_000, repeat: random.int(1, 30), skip: random.int(0, 10) });
        await delay(random.int(0, 8));
      }
      simulated.faults.clear();
      write(container, written + 1, written + 30);
      await running.drawLines(written + 30);
      await delay(50);
      running.check();
      expect(running.texts).toEqual(numbers(1, written + 30));
    },
  );
});
