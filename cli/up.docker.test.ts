import { AGENT_BUNDLE } from "@yardarm/hub/web-files";
import type { Host } from "@yardarm/protocol/host";
import { type HubProcess, startHubProcess, YARDARM } from "@yardarm/testkit/hub-process";
import { childrenNaming, isRunning } from "@yardarm/testkit/process-tree";
import { type Program, startProgram } from "@yardarm/testkit/program";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { expect, inject, test } from "vitest";

const startUp = (): Promise<HubProcess> =>
  startHubProcess({ command: "up", env: { DOCKER_HOST: inject("dockerHost") } });

const agentsOf = (hub: HubProcess): Promise<readonly number[]> => childrenNaming(hub.program().pid, AGENT_BUNDLE);

const localAgent = (hub: HubProcess): Promise<number> =>
  waitUntil("the local agent to run", async () => (await agentsOf(hub))[0]);

const isGone = async (pid: number): Promise<boolean> => !(await isRunning(pid));

test("[OPER-01] yardarm up enrolls its local agent, and a second start uses the same host", async () => {
  await using hub = await startUp();
  const hosts = async (): Promise<readonly Host[]> =>
    (await (await hub.signIn()).get<{ readonly items: readonly Host[] }>("/api/hosts")).items;
  const isOnline = async (): Promise<boolean> => (await hosts()).some(({ status }) => status === "online");
  await waitUntil("the local agent to be online", isOnline);
  const [before] = await hosts();
  await hub.kill();
  await hub.restart();
  await waitUntil("the local agent to be online again", isOnline);
  expect((await hosts()).map(({ hostId }) => hostId)).toEqual([before?.hostId]);
});

test("[OPER-01] a killed hub leaves no agent behind", async () => {
  await using hub = await startUp();
  const agent = await localAgent(hub);
  await hub.kill();
  await waitUntil("the agent to end", () => isGone(agent), { timeoutMs: 5_000 });
});

test("[OPER-01] a hub that is told to end takes its agent along and ends with 0", async () => {
  await using hub = await startUp();
  const agent = await localAgent(hub);
  const program = hub.program();
  await program.stop();
  expect(await program.ended).toBe(0);
  expect(await isGone(agent)).toBe(true);
});

test("a killed local agent is started again", async () => {
  await using hub = await startUp();
  const agent = await localAgent(hub);
  process.kill(agent, "SIGKILL");
  const next = await waitUntil("another agent", async () => (await agentsOf(hub)).find((pid) => pid !== agent));
  expect(next).not.toBe(agent);
});

test("a port in use and a data directory in use are refused with a sentence", async () => {
  await using hub = await startHubProcess({ command: "hub" });
  await using directory = await makeTempDir("cli");
  const yardarm = (port: number, data: string): Program =>
    startProgram({ file: YARDARM, args: ["hub"], env: { YARDARM_PORT: String(port), YARDARM_DATA: data } });

  await using onItsPort = yardarm(hub.port, directory.path);
  expect(await onItsPort.ended).toBe(1);
  expect(onItsPort.stderr()).toBe(
    `Port ${hub.port} is in use. Stop what listens there, or choose another one with YARDARM_PORT.\n`,
  );

  await using onItsData = yardarm(0, hub.dataDirectory);
  expect(await onItsData.ended).toBe(1);
  expect(onItsData.stderr()).toBe(
    `Another hub is already running on the data directory ${hub.dataDirectory}. Stop it, or give this one a directory of its own (YARDARM_DATA).\n`,
  );
});
