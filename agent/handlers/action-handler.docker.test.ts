import { randomUUID } from "node:crypto";
import type { ActionVerb } from "@yardarm/protocol/action";
import type { ActionOutcome } from "@yardarm/protocol/agent-up/action-result";
import {
  type ActionId,
  asId,
  type ContainerId,
  type DockerId,
  type HostId,
  type HubId,
  type OrgId,
} from "@yardarm/protocol/ids";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { engineCall, engineRequest } from "../../testkit/engine-request.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { TEST_IMAGE } from "../../testkit/test-image.ts";
import { DockerEngine } from "../docker/docker-engine.ts";
import { reportContainer } from "../inventory/report-container.ts";
import { ActionJournal } from "../journal/action-journal.ts";
import { HostPolicy } from "../policy/host-policy.ts";
import { refusalOf } from "../policy/protection.ts";
import { systemClock } from "../system-clock.ts";
import { ActionHandler } from "./action-handler.ts";

const socketPath = inject("dockerHost").replace("unix://", "");
const engine = new DockerEngine({ kind: "unix", socketPath });
const ids = {
  hubId: asId<HubId>("hub_0123456789abcdefghij"),
  hostId: asId<HostId>("hst_0123456789abcdefghij"),
  orgId: asId<OrgId>("org_0123456789abcdefghij"),
};
const containerId = asId<ContainerId>("ctr_0123456789abcdefghij");
let temp: TempDir;
let dockerId: DockerId;
let handler: ActionHandler;
let outcomes: ActionOutcome[];
let actions = 0;

beforeEach(async () => {
  temp = await makeTempDir("actions");
  outcomes = [];
  // Ends at once on SIGTERM, unlike a bare sleep as the first process.
  const command = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done"];
  const body = { Image: TEST_IMAGE, Cmd: command, HostConfig: { NetworkMode: "none" } };
  const made = await engineCall(socketPath, "POST", `/containers/create?name=act-${randomUUID().slice(0, 8)}`, body);
  dockerId = asId<DockerId>(JSON.parse(made.toString()).Id);
  handler = new ActionHandler({
    ...ids,
    engine,
    journal: new ActionJournal(`${temp.path}/journal`, systemClock.nowNs()),
    isSigned: () => true,
    sign: () => "s".repeat(86),
    send: (message) => {
      if (message.type === "action_result") outcomes.push(JSON.parse(message.payload));
    },
    refuse: (question) =>
      refusalOf(
        { policy: new HostPolicy({ kind: "none" }), rules: { rules: [], hubContainer: null } },
        { ...question, isAgent: false },
      ),
    report: (details) => reportContainer(details, null),
    clock: systemClock,
  });
  handler.online({ orgId: ids.orgId, sessionNonce: "n", hubNowNs: systemClock.nowNs });
});

afterEach(async () => {
  await engineRequest(socketPath, "DELETE", `/containers/${dockerId}?force=1`);
  await temp.remove();
});

const act = async (verb: ActionVerb): Promise<ActionOutcome> => {
  const { startedAtNs } = await engine.inspectContainer(dockerId);
  const actionId = asId<ActionId>(`act_${String(++actions).padStart(20, "0")}`);
  const payload = JSON.stringify({
    ...ids,
    actionId,
    containerId,
    dockerId,
    startedAtNs: startedAtNs === null ? null : String(startedAtNs),
    verb,
    timeoutSeconds: null,
    actor: "anna@example.org",
    override: null,
    sessionNonce: "n",
    issuedAtNs: String(systemClock.nowNs()),
    timeToLiveMs: 60_000,
    intent: { seq: 1, hash: "0".repeat(64) },
  });
  const signed = { payload, keyId: "k", signature: "s".repeat(86) };
  await handler.take({ type: "action", action_id: actionId, container_id: containerId, action: verb, ...signed });
  const outcome = outcomes.at(-1);
  if (outcome === undefined) throw new Error("No outcome.");
  return outcome;
};

test("[ACTN-01..03] a container's whole life, each step verified against the engine", async () => {
  const steps: readonly [ActionVerb, string][] = [
    ["START", "running"],
    ["PAUSE", "paused"],
    ["UNPAUSE", "running"],
    ["RESTART", "running"],
    ["STOP", "exited"],
    ["START", "running"],
    ["KILL", "exited"],
  ];
  let lastStart: string | null = null;
  for (const [verb, state] of steps) {
    const { status, error, container } = await act(verb);
    expect([verb, status, error, container?.state]).toEqual([verb, "SUCCESS", null, state]);
    if (verb === "RESTART") expect(container?.startedAtNs).not.toBe(lastStart);
    lastStart = container?.startedAtNs ?? null;
  }
});

test("what the state does not allow is refused before the engine is asked", async () => {
  expect(await act("STOP")).toMatchObject({ status: "FAILURE", rejected: true, error: { code: "conflict" } });
  expect((await engine.inspectContainer(dockerId)).state).toBe("created");
});
