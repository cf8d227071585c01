import { cp } from "node:fs/promises";
import path from "node:path";
import type { Action } from "@yardarm/protocol/action";
import type { CreateHostResponse } from "@yardarm/protocol/api/hosts";
import type { Org } from "@yardarm/protocol/api/orgs";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { SimulatedEngine } from "@yardarm/simulator/simulated-engine";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { type HubProcess, startHubProcess } from "@yardarm/testkit/hub-process";
import type { HubSession } from "@yardarm/testkit/hub-session";
import { startProgram } from "@yardarm/testkit/program";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/**
 * How agents join and stay who they are, with a whole hub and whole agents in processes of their own. Hosts do not
 * disturb each other: one hub serves all these tests at once.
 */

const AGENT = path.resolve(import.meta.dirname, "../agent/main.ts");
const SKEWED_CLOCK = new URL("../testkit/skewed-clock.ts", import.meta.url).href;
const CONNECTED = /"Connected to the hub\."/;
const SKEW_MS = 600_000;
/** What connecting and a busy machine may add to a measured skew. */
const SKEW_ERROR_MS = 5_000;

let hub: HubProcess;
beforeAll(async () => {
  hub = await startHubProcess({ command: "hub" });
});
afterAll(() => hub?.stop());

type World = AsyncDisposable & {
  readonly session: HubSession;
  readonly directory: string;
  readonly dockerHost: string;
  readonly host: (hostId: string) => Promise<Host>;
  readonly containers: (hostId: string) => Promise<readonly Container[]>;
  readonly kinds: (hostId: string) => Promise<readonly string[]>;
};

/** A person and an engine of their own on the hub. */
const openWorld = async ({ approvesHosts = false } = {}): Promise<World> => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await makeTempDir("joining"));
  const engine = new SimulatedEngine({ name: "sim", seed: 7, address: { socketPath: `${directory.path}/e.sock` } });
  await engine.listen();
  stack.defer(() => engine.close());
  engine.run({ name: "web", image: "example/web:1" });
  const owner = await hub.signIn();
  const { orgId } = await owner.post<Org>("/api/orgs", { name: "joining" });
  const session = owner.inOrg(orgId);
  expect(await session.patch(`/api/orgs/${orgId}`, { approvesHosts })).toMatchObject({ approvesHosts });
  const opened = stack.move();
  return {
    session,
    directory: directory.path,
    dockerHost: engine.dockerHost,
    host: (hostId) => session.get<Host>(`/api/hosts/${hostId}`),
    containers: async (hostId) =>
      (await session.get<{ items: readonly Container[] }>(`/api/containers?host=${hostId}`)).items,
    kinds: async (hostId) =>
      (await session.get<{ items: readonly { kind: string }[] }>(`/api/audit?target=${hostId}`)).items.map(
        ({ kind }) => kind,
      ),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** Waits until the host's API object is as asked for. */
const hostThat = ({ host }: World, hostId: string, what: string, is: (host: Host) => boolean): Promise<Host> =>
  waitUntil(what, async () => {
    const seen = await host(hostId);
    return is(seen) && seen;
  });

describe.concurrent("approval", () => {
  test("[HOST-02] [CON-8] an agent shows its fingerprint and delivers nothing until a person has compared it", async () => {
    await using world = await openWorld({ approvesHosts: true });
    const { session, dockerHost } = world;
    await using agent = await startAgentProcess({ session, name: "shed", dockerHost, file: AGENT });
    const [, shown] = await agent.program().says(/"code":"approval_pending".*"fingerprint":"([0-9a-f ]{39})"/);
    const waiting = await hostThat(world, agent.hostId, "the agent waits", ({ approval }) => approval !== undefined);
    expect(waiting).toMatchObject({ status: "pending", keyFingerprint: null, approval: { keyFingerprint: shown } });
    // It has come again since, and still nothing of it is known.
    await agent.program().says(/"code":"approval_pending"[\s\S]*"code":"approval_pending"/);
    expect(await world.containers(agent.hostId)).toEqual([]);
    expect(await world.host(agent.hostId)).toMatchObject({ machine: null, engine: null, lastSeenAtNs: null });

    const wrong = session.post(`/api/hosts/${agent.hostId}/approve`, { keyFingerprint: "0000 0000" });
    await expect(wrong).rejects.toThrow("409");
    const approved = await session.post<Host>(`/api/hosts/${agent.hostId}/approve`, { keyFingerprint: shown });
    expect(approved).toMatchObject({ keyFingerprint: shown });
    expect(approved.approval).toBeUndefined();
    await agent.program().says(CONNECTED);
    const names = await waitUntil("its container", async () => {
      const found = await world.containers(agent.hostId);
      return found.length > 0 && found.map(({ name }) => name);
    });
    expect(names).toEqual(["web"]);
    expect(await world.kinds(agent.hostId)).toEqual(["host.approved", "host.waiting", "host.created"]);
  }, 180_000);

  test("[HOST-02] a refused agent is told so, and nothing of it was taken", async () => {
    await using world = await openWorld({ approvesHosts: true });
    const { session, dockerHost } = world;
    await using agent = await startAgentProcess({ session, name: "shed", dockerHost, file: AGENT });
    const [, shown] = await agent.program().says(/"code":"approval_pending".*"fingerprint":"([0-9a-f ]{39})"/);
    await session.post(`/api/hosts/${agent.hostId}/refuse`, { keyFingerprint: shown });
    await agent.program().says(/"code":"forbidden","reason":"Somebody of the organization refused this agent/);
    expect(await world.containers(agent.hostId)).toEqual([]);
    expect((await world.kinds(agent.hostId))[0]).toBe("host.refused");
  }, 180_000);
});

describe.concurrent("rotation", () => {
  test("[HOST-06] [CON-9] a key is replaced from the API and by the host's owner, killed at any step the agent comes back", async () => {
    await using world = await openWorld();
    const { session, dockerHost, directory } = world;
    const stateDirectory = path.join(directory, "state");
    const env = { AGENT_STATE_DIR: stateDirectory };
    await using agent = await startAgentProcess({ session, name: "shed", dockerHost, file: AGENT, env });
    const online = (before: string | null): Promise<Host> =>
      hostThat(
        world,
        agent.hostId,
        "online with another key",
        ({ status, keyFingerprint }) => status === "online" && keyFingerprint !== before,
      );
    let { keyFingerprint: key } = await online(null);
    const rotations = async (): Promise<number> =>
      (await world.kinds(agent.hostId)).filter((kind) => kind === "host.key_rotated").length;

    await session.post(`/api/hosts/${agent.hostId}/rotate-key`, {});
    await agent.program().says(/"This agent has another key now\."/);
    ({ keyFingerprint: key } = await online(key));
    expect(await rotations()).toBe(1);

    // Killed as soon as it was told: the key may have been made, announced, or neither.
    await session.post(`/api/hosts/${agent.hostId}/rotate-key`, {});
    await agent.kill();
    agent.restart();
    await agent.program().says(CONNECTED);
    // Killed as soon as the hub has the new key: the agent may not have written that down.
    const rotated = await rotations();
    await session.post(`/api/hosts/${agent.hostId}/rotate-key`, {});
    await waitUntil("the hub has the new key", async () => (await rotations()) > rotated);
    await agent.kill();
    agent.restart();
    await agent.program().says(CONNECTED);
    ({ keyFingerprint: key } = await online(null));

    await using owner = startProgram({
      file: AGENT,
      args: ["rotate-key"],
      env: { AGENT_API_URL: session.url, AGENT_STATE_DIR: stateDirectory },
    });
    expect(await owner.ended).toBe(0);
    expect(owner.stdout()).toContain(`This agent's key ${key} is replaced by `);
    await agent.kill();
    agent.restart();
    await agent.program().says(/"This agent has another key now\."/);
    const after = await online(key);
    expect(owner.stdout()).toContain(after.keyFingerprint);
    expect((await world.kinds(agent.hostId)).filter((kind) => kind === "host.key_rotation")).toHaveLength(3);
  }, 300_000);

  test("[HOST-06] an agent that is away is not told to make itself another key, and the person hears so", async () => {
    await using world = await openWorld();
    const { session, dockerHost } = world;
    await using agent = await startAgentProcess({ session, name: "shed", dockerHost, file: AGENT });
    await agent.program().says(CONNECTED);
    await agent.kill();
    await hostThat(world, agent.hostId, "gone", ({ status }) => status !== "online");
    await expect(session.post(`/api/hosts/${agent.hostId}/rotate-key`, {})).rejects.toThrow("503");
  }, 180_000);

  test("[HOST-06] a copy of an identity is refused and noticed, and another key ends it", async () => {
    await using world = await openWorld();
    const { session, dockerHost, directory } = world;
    const original = path.join(directory, "original");
    const copy = path.join(directory, "copy");
    const env = { AGENT_STATE_DIR: original };
    await using agent = await startAgentProcess({ session, name: "shed", dockerHost, file: AGENT, env });
    await agent.program().says(CONNECTED);
    // What the agent is just writing has its place only once it is whole.
    await cp(original, copy, { recursive: true, filter: (name) => !name.endsWith(".new") });
    await using clone = startProgram({
      file: AGENT,
      env: { AGENT_API_URL: session.url, AGENT_STATE_DIR: copy, DOCKER_HOST: dockerHost },
    });
    await clone.says(/"code":"duplicate_agent"/);
    const noticed = await hostThat(world, agent.hostId, "noticed", ({ clonedAtNs }) => clonedAtNs !== undefined);
    expect(noticed.status).toBe("online");
    await waitUntil("its row", async () => (await world.kinds(agent.hostId)).includes("host.cloned"));
    await session.post(`/api/hosts/${agent.hostId}/rotate-key`, {});
    await clone.says(/"code":"signature_invalid"/);
    const after = await hostThat(world, agent.hostId, "quiet", ({ clonedAtNs }) => clonedAtNs === undefined);
    expect(after.status).toBe("online");
  }, 180_000);

  test("[HOST-06] an agent that joins with a new command takes the place of the one that is connected", async () => {
    await using world = await openWorld();
    const { session, dockerHost, directory } = world;
    await using agent = await startAgentProcess({ session, name: "shed", dockerHost, file: AGENT });
    await agent.program().says(CONNECTED);
    const { joinToken } = await session.post<CreateHostResponse>(`/api/hosts/${agent.hostId}/join-token`, {});
    await using successor = startProgram({
      file: AGENT,
      env: {
        AGENT_API_URL: session.url,
        AGENT_TOKEN: joinToken,
        AGENT_STATE_DIR: path.join(directory, "successor"),
        DOCKER_HOST: dockerHost,
      },
    });
    await successor.says(CONNECTED);
    await agent.program().says(/"code":"superseded"/);
  }, 180_000);
});

describe.concurrent("clocks", () => {
  test.each([
    ["ahead of", SKEW_MS],
    ["behind", -SKEW_MS],
  ])(
    "[CON-2] a host whose clock is 10 minutes %s the hub's enrolls, connects and acts, and the skew is told",
    async (_word, skewMs) => {
      await using world = await openWorld();
      const { session, dockerHost } = world;
      const env = { NODE_OPTIONS: `--import ${SKEWED_CLOCK}`, TEST_CLOCK_SKEW_MS: String(skewMs) };
      await using agent = await startAgentProcess({ session, name: "shed", dockerHost, file: AGENT, env });
      await agent.program().says(CONNECTED);
      const { clockSkewMs } = await hostThat(world, agent.hostId, "its skew", (host) => host.clockSkewMs !== null);
      expect(Math.abs((clockSkewMs ?? 0) - skewMs)).toBeLessThan(SKEW_ERROR_MS);
      const container = await waitUntil("its container", async () => (await world.containers(agent.hostId))[0]);
      const answer = await session.post<{ status: string; action: Action }>(
        `/api/containers/${container.containerId}/actions`,
        { action: "STOP", reason: "a skewed clock" },
      );
      expect(answer).toMatchObject({ status: "SUCCESS", action: { state: "succeeded" } });
      // It comes back with its key as well.
      await agent.kill();
      agent.restart();
      await agent.program().says(CONNECTED);
    },
    180_000,
  );
});
