import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { actionOutcomeSchema } from "@yardarm/protocol/agent-up/action-result";
import { type ActionId, asId, type ContainerId } from "@yardarm/protocol/ids";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SimulatedEngine } from "../simulator/simulated-engine.ts";
import { AgentHub } from "../testkit/agent-hub.ts";
import { makeTempDir, type TempDir } from "../testkit/temp-dir.ts";
import { waitUntil } from "../testkit/wait-until.ts";
import { readConfig } from "./config.ts";
import { createLogger } from "./logger.ts";
import { type RunningAgent, runAgent } from "./main.ts";
import type { PolicyPlace } from "./policy/policy-file.ts";

let actionCount = 0;
const newActionId = (): ActionId => {
  actionCount += 1;
  return asId<ActionId>(`act_${String(actionCount).padStart(20, "0")}`);
};

describe("a whole agent, between a simulated engine and the hub's side of the wire", () => {
  let temp: TempDir;
  let engine: SimulatedEngine;
  let hub: AgentHub;
  let agent: RunningAgent | null;
  let env: Record<string, string>;
  let log: string[];

  beforeEach(async () => {
    temp = await makeTempDir("agent");
    engine = new SimulatedEngine({
      name: "shed",
      seed: 1,
      address: { socketPath: path.join(temp.path, "engine.sock") },
    });
    hub = await AgentHub.start();
    log = [];
    env = {
      AGENT_API_URL: hub.url,
      AGENT_TOKEN: hub.joinToken,
      AGENT_STATE_DIR: path.join(temp.path, "state"),
      DOCKER_HOST: engine.dockerHost,
    };
  });

  afterEach(async () => {
    await agent?.stop();
    await hub[Symbol.asyncDispose]();
    await engine.close();
    await temp.remove();
  });

  const start = (policy?: PolicyPlace): void => {
    const config = { ...readConfig(env), ...(policy === undefined ? {} : { policy }) };
    agent = runAgent({ config, logger: createLogger("debug", (line) => log.push(line)) });
  };

  test("enrolls, connects, reports, sends logs, acts, and comes back after a cut", async () => {
    await engine.listen();
    const container = engine.run({ name: "web" });
    container.write("stdout", "one\ntwo");
    start();

    const hello = await hub.message("hello");
    expect(hello.protocol).toEqual({ min: 1, max: 1 });
    const snapshot = await hub.message("inventory.snapshot", ({ last }) => last);
    expect(snapshot.containers.map(({ name }) => name)).toEqual(["web"]);
    await hub.message("engine.status", ({ engine: { state } }) => state === "connected");
    await hub.message("metrics");

    const dockerId = container.id;
    hub.connection.send({ type: "log.assign", streams: [{ dockerId, alias: 1, cursor: null }] });
    hub.connection.send({ type: "log.stream.start", alias: 1 });
    await hub.logs.waitForLines(1, 2);
    const status = await hub.message("log.status");
    const reason = expect.stringContaining("cannot be read directly");
    expect(status.containers).toEqual([{ dockerId, source: { kind: "api", behindMs: 0, reason } }]);

    const startedAtNs = snapshot.containers[0]?.startedAtNs ?? null;
    hub.act({
      actionId: asId<ActionId>("act_0123456789abcdefghij"),
      containerId: asId<ContainerId>("ctr_0123456789abcdefghij"),
      dockerId,
      startedAtNs,
      verb: "RESTART",
      timeoutSeconds: null,
      actor: "anna@example.org",
      override: null,
      timeToLiveMs: 60_000,
      intent: { seq: 1, hash: "0".repeat(64) },
    });
    const result = await hub.message("action_result");
    expect(actionOutcomeSchema.parse(JSON.parse(result.payload))).toMatchObject({ status: "SUCCESS", error: null });
    await hub.message("inventory.delta", ({ upserts }) => upserts.some((each) => each.startedAtNs !== startedAtNs));
    container.write("stdout", "three");
    await hub.logs.waitForLines(1, 3);

    hub.connection.cut();
    await waitUntil("the agent to be back", () => hub.connections.length === 2);
    expect((await hub.message("inventory.snapshot")).containers).toHaveLength(1);
    const cursor = hub.logs.cursor(1);
    hub.logs.forgetUncommitted(1);
    hub.connection.send({ type: "log.assign", streams: [{ dockerId, alias: 1, cursor }] });
    await hub.logs.waitForLines(1, 3);
    expect(hub.logs.texts(1)).toEqual(["one", "two", "three"]);
    expect(log.join("")).not.toContain(hub.joinToken);
  });

  test("[POL-1] what the owner's file forbids is refused over the wire, redacted, kept on the host, and told to the hub", async () => {
    const file = path.join(temp.path, "agent-policy.json");
    const policy = {
      actions: { allow: ["START"] },
      reads: { deny: [{ name: "vault*" }] },
      redact: ["password", "literal:s3cret"],
    };
    await writeFile(file, JSON.stringify(policy), { mode: 0o644 });
    await engine.listen();
    const web = engine.run({ name: "web" });
    const vault = engine.run({ name: "vault-1" });
    web.write("stdout", "password=hunter2 and s3cret");
    vault.write("stdout", "never to be seen");
    start({ file, isRequired: true, ownerUid: process.getuid?.() ?? 0 });

    const hello = await hub.message("hello");
    expect(hello.policy).toMatchObject({
      mode: "enforced",
      allowedVerbs: ["START"],
      deniedReads: 1,
      redactionRules: 2,
    });
    const { containers } = await hub.message("inventory.snapshot", ({ containers: known }) => known.length === 2);
    hub.connection.send({
      type: "log.assign",
      streams: [
        { dockerId: web.id, alias: 1, cursor: null },
        { dockerId: vault.id, alias: 2, cursor: null },
      ],
    });
    for (const alias of [1, 2]) hub.connection.send({ type: "log.stream.start", alias });
    const status = await hub.message("log.status", (message) =>
      message.containers.some(({ dockerId }) => dockerId === vault.id),
    );
    const source = status.containers.find(({ dockerId }) => dockerId === vault.id)?.source;
    expect(source).toMatchObject({ kind: "off", reason: expect.stringContaining('name "vault*"') });
    await hub.logs.waitForLines(1, 1);
    expect(hub.logs.texts(1)).toEqual(["password=[redacted] and [redacted]"]);
    expect(hub.logs.count(2)).toBe(0);

    hub.act({
      actionId: asId<ActionId>("act_0123456789abcdefghij"),
      containerId: asId<ContainerId>("ctr_0123456789abcdefghij"),
      dockerId: web.id,
      startedAtNs: containers.find(({ dockerId }) => dockerId === web.id)?.startedAtNs ?? null,
      verb: "STOP",
      timeoutSeconds: null,
      actor: "anna@example.org",
      override: { name: "web", reason: "test" },
      timeToLiveMs: 60_000,
      intent: { seq: 1, hash: "0".repeat(64) },
    });
    const { payload } = await hub.message("action_result");
    expect(actionOutcomeSchema.parse(JSON.parse(payload))).toMatchObject({
      rejected: true,
      error: { code: "policy_denied", message: "The owner of this host does not allow STOP." },
    });
    expect(log.join("")).not.toMatch(/hunter2|s3cret/);
  });

  test("[ACTN-05] [ACTN-12] a hub that is made to send a forbidden command is refused by the rules that it signed before", async () => {
    await engine.listen();
    const database = engine.run({ name: "db-1" });
    const hubItself = engine.run({ name: "yardarm-hub" });
    start();
    await hub.message("hello");
    const { containers } = await hub.message("inventory.snapshot", ({ containers: known }) => known.length === 2);
    const patterns = { name: "db-*", image: null, label: null, composeProject: null };
    const { hubId, hostId, orgId } = hub;
    const order = {
      ...{ hubId, hostId, orgId, version: 1, issuedAtNs: "1", hubContainer: hubItself.id },
      rules: [{ ...patterns, scope: "stop", note: "data" }],
    };
    hub.connection.send({ type: "protection.rules", ...hub.sign("protection-rules", order) });
    const stop = async (dockerId: typeof database.id, name: string | null) => {
      const actionId = newActionId();
      hub.act({
        ...{ actionId, containerId: asId<ContainerId>("ctr_0123456789abcdefghij"), dockerId, verb: "STOP" },
        startedAtNs: containers.find((each) => each.dockerId === dockerId)?.startedAtNs ?? null,
        ...{ timeoutSeconds: null, actor: "anna@example.org", timeToLiveMs: 60_000 },
        override: name === null ? null : { name, reason: "test" },
        intent: { seq: 1, hash: "0".repeat(64) },
      });
      const { payload } = await hub.message("action_result", (result) => result.action_id === actionId);
      return actionOutcomeSchema.parse(JSON.parse(payload));
    };
    const refused = { rejected: true, error: { code: "protected" } };
    expect(await stop(database.id, null)).toMatchObject(refused);
    expect(await stop(database.id, "db-2")).toMatchObject(refused);
    expect(await stop(hubItself.id, null)).toMatchObject(refused);
    expect(await stop(database.id, "db-1")).toMatchObject({ status: "SUCCESS" });
  });

  test("starts without an engine, says so, and finds it when it comes", async () => {
    start();
    const hello = await hub.message("hello");
    expect(hello.engine).toMatchObject({ state: "unreachable" });
    await waitUntil("the sentence", () => log.some((line) => line.includes("DOCKER_HOST points to")));
    await engine.listen();
    engine.run({ name: "late" });
    await hub.message("engine.status", (message) => message.engine.state === "connected");
    await hub.message("inventory.snapshot", ({ containers }) => containers.some(({ name }) => name === "late"));
  });

  test("needs its token only once, and keeps its identity", async () => {
    await engine.listen();
    start();
    await hub.message("hello");
    await agent?.stop();
    delete env.AGENT_TOKEN;
    start();
    await waitUntil("the second connection", () => hub.connections.length === 2);
    expect(log.filter((line) => line.includes("Enrolled"))).toHaveLength(1);
  });

  test("says what to do when it was never enrolled", async () => {
    delete env.AGENT_TOKEN;
    start();
    await expect(agent?.ended).rejects.toThrow(/not enrolled: create a host/);
  });

  test("ends when the process that started it is killed", async () => {
    await engine.listen();
    const main = path.resolve(import.meta.dirname, "main.ts");
    const program = `
      import { spawn } from "node:child_process";
      const child = spawn(process.execPath, [${JSON.stringify(main)}], { stdio: ["ignore", "inherit", "inherit"] });
      process.stdout.write("agent " + child.pid + "\\n");
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      env: { ...env, AGENT_EXIT_WITH_PARENT: "1", PATH: process.env.PATH ?? "" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    parent.stdout.on("data", (piece) => {
      output += piece;
    });
    await hub.message("hello");
    const agentPid = Number(/agent (\d+)/.exec(output)?.[1]);
    expect(process.kill(agentPid, 0)).toBe(true);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await waitUntil("the agent to be gone", () => {
      try {
        return !process.kill(agentPid, 0);
      } catch {
        return true;
      }
    });
  }, 20_000);
});
