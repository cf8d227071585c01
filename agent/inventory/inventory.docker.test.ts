import { existsSync } from "node:fs";
import { reportedContainerSchema } from "@yardarm/protocol/container";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { startDockerEngine, startEngineIn } from "@yardarm/testkit/docker-engine";
import { engineCall } from "@yardarm/testkit/engine-request";
import { TEST_IMAGE } from "@yardarm/testkit/test-image";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DockerEngine } from "../docker/docker-engine.ts";
import { Inventory, type InventoryOptions } from "./inventory.ts";

type Sent = Parameters<InventoryOptions["send"]>[0];

/** An engine of this file's own, because it is restarted. */
let docker: Awaited<ReturnType<typeof startDockerEngine>>;
let engine: DockerEngine;
let inventory: Inventory;
let stop: () => Promise<void>;
const sent: { readonly atMs: number; readonly message: Sent }[] = [];
const events: { readonly atMs: number; readonly action: string; readonly dockerId: DockerId }[] = [];

beforeAll(async () => {
  docker = await startDockerEngine();
  engine = new DockerEngine({ kind: "unix", socketPath: docker.socketPath });
  inventory = new Inventory({
    engine,
    clock: {
      monotonicMs: () => performance.now(),
      setTimer: (ms, callback) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    },
    send: (message) => void sent.push({ atMs: performance.now(), message }),
    ownDockerId: null,
    random: Math.random,
  });
  inventory.subscribe({
    event: ({ action, dockerId }) => void events.push({ atMs: performance.now(), action, dockerId }),
  });
  const controller = new AbortController();
  const running = inventory.run(controller.signal);
  stop = async () => {
    controller.abort();
    await running;
    engine.close();
    await docker.stop();
  };
  await waitUntil("the first snapshot", () => sent.some(({ message }) => message.type === "inventory.snapshot"));
});

afterAll(() => stop());

const create = async (name: string, script: string): Promise<DockerId> => {
  const body = { Image: TEST_IMAGE, Cmd: ["sh", "-c", script], StopTimeout: 0 };
  const answer = await engineCall(docker.socketPath, "POST", `/containers/create?name=${name}`, body);
  return asId((JSON.parse(answer.toString()) as { Id: string }).Id);
};

/** When the hub was first told of this state. */
const toldAtMs = (dockerId: DockerId, state: string): Promise<number> =>
  waitUntil(`${state} to be told`, () => {
    const found = sent.find(
      ({ message }) =>
        message.type === "inventory.delta" &&
        message.upserts.some((container) => container.dockerId === dockerId && container.state === state),
    );
    return found?.atMs;
  });

test("[CONT-07] a change of state is told within tens of milliseconds of the engine's event", async () => {
  const id = await create("life", "sleep 1000");
  const call = (verb: string) => engineCall(docker.socketPath, "POST", `/containers/${id}/${verb}`);
  const steps = [
    ["start", "start", "running"],
    ["pause", "pause", "paused"],
    ["unpause", "unpause", "running"],
    ["kill", "die", "exited"],
  ] as const;
  const delaysMs: number[] = [];
  for (const [verb, action, state] of steps) {
    sent.length = 0;
    events.length = 0;
    await call(verb);
    const told = await toldAtMs(id, state);
    const event = events.find((each) => each.dockerId === id && each.action === action);
    delaysMs.push(told - (event?.atMs ?? 0));
  }
  // A stall of the machine may hit one step, not all.
  expect(delaysMs.sort((a, b) => a - b)[1]).toBeLessThan(50);
});

test("what is told fits the wire; rename and removal are told too", async () => {
  const id = await create("before", "exit 3");
  await engineCall(docker.socketPath, "POST", `/containers/${id}/start`);
  await toldAtMs(id, "exited");
  const reported = inventory.records.get(id)?.reported;
  expect(reportedContainerSchema.parse(reported)).toMatchObject({ name: "before", exitCode: 3, image: TEST_IMAGE });
  await engineCall(docker.socketPath, "POST", `/containers/${id}/rename?name=after`);
  await waitUntil("the new name", () => inventory.records.get(id)?.reported.name === "after");
  await engineCall(docker.socketPath, "DELETE", `/containers/${id}?force=1`);
  await waitUntil("the removal", () =>
    sent.some(({ message }) => message.type === "inventory.delta" && message.removes.includes(id)),
  );
  expect(inventory.records.has(id)).toBe(false);
});

test("an engine that goes away and comes back: said, tried again, and differences told", async () => {
  const id = await create("outage", "sleep 1000");
  await engineCall(docker.socketPath, "POST", `/containers/${id}/start`);
  await toldAtMs(id, "running");
  sent.length = 0;
  process.kill(docker.pid, "SIGTERM");
  await waitUntil("the engine to end", () => !existsSync(`/proc/${docker.pid}`));
  await waitUntil("the loss to be said", () => inventory.engineState.state === "unreachable");
  expect(inventory.engineState).toMatchObject({ code: "engine_unreachable" });
  expect(inventory.records.has(id)).toBe(true);
  await startEngineIn(docker.directory);
  await waitUntil("the return to be said", () => inventory.engineState.state === "connected");
  await toldAtMs(id, "exited");
  const states = sent.flatMap(({ message }) => (message.type === "engine.status" ? [message.engine.state] : []));
  expect([states[0], states.at(-1)]).toEqual(["unreachable", "connected"]);
  sent.length = 0;
  await engineCall(docker.socketPath, "POST", `/containers/${id}/start`);
  await toldAtMs(id, "running");
});
