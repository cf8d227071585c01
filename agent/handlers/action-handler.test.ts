// Above 300 lines: one handler, one engine that can be made to fail at every step.
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import type { ActionCommand } from "@yardarm/protocol/action";
import type { ActionMessage } from "@yardarm/protocol/agent-down/action";
import {
  type ActionOutcome,
  type ActionResult,
  actionOutcomeSchema,
  actionResultSchema,
} from "@yardarm/protocol/agent-up/action-result";
import { ProtocolError } from "@yardarm/protocol/errors";
import {
  type ActionId,
  asId,
  type ContainerId,
  type DockerId,
  type HostId,
  type HubId,
  type OrgId,
} from "@yardarm/protocol/ids";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { reportedContainer } from "../../testkit/sample-container.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import type { ContainerDetails } from "../docker/container-details.ts";
import { HubClock } from "../hub-client/hub-clock.ts";
import { isSignedFor, signFor } from "../identity/ed25519.ts";
import { ActionJournal } from "../journal/action-journal.ts";
import type { ContainerMatch } from "../policy/container-match.ts";
import { HostPolicy } from "../policy/host-policy.ts";
import { OPEN_POLICY, type Policy } from "../policy/policy.ts";
import { refusalOf } from "../policy/protection.ts";
import { ActionHandler } from "./action-handler.ts";
import type { ActionEngine } from "./verb-table.ts";

const hubKey = generateKeyPairSync("ed25519").privateKey;
const agentKey = generateKeyPairSync("ed25519");
const hubId = asId<HubId>("hub_0123456789abcdefghij");
const hostId = asId<HostId>("hst_0123456789abcdefghij");
const orgId = asId<OrgId>("org_0123456789abcdefghij");
const dockerId = asId<DockerId>("a".repeat(64));
const sessionNonce = "n".repeat(43);
const intent = { seq: 1, hash: "0".repeat(64) };

/** One container, as much of it as actions touch. */
class OneContainer implements ActionEngine {
  details: ContainerDetails;
  readonly calls: string[] = [];
  /** Awaited inside every deed, before it takes effect. */
  gate: Promise<void> = Promise.resolve();
  failure: ProtocolError | null = null;

  constructor() {
    const {
      createdAtNs,
      startedAtNs,
      finishedAtNs: _finished,
      compose: _compose,
      isAgent: _agent,
      ...rest
    } = reportedContainer(1);
    this.details = {
      ...rest,
      dockerId,
      createdAtNs: BigInt(createdAtNs),
      startedAtNs: BigInt(startedAtNs ?? 0),
      finishedAtNs: null,
      pid: 1,
      logPath: null,
    };
  }

  inspectContainer = async (): Promise<ContainerDetails> => this.details;
  startContainer = () => this.#do("start", { state: "running", startedAtNs: (this.details.startedAtNs ?? 0n) + 1n });
  stopContainer = (_id: DockerId, options: { readonly graceSeconds?: number | undefined }) =>
    this.#do(options.graceSeconds === undefined ? "stop" : `stop ${options.graceSeconds}`, { state: "exited" });
  restartContainer = () =>
    this.#do("restart", { state: "running", startedAtNs: (this.details.startedAtNs ?? 0n) + 1n });
  pauseContainer = () => this.#do("pause", { state: "paused" });
  unpauseContainer = () => this.#do("unpause", { state: "running" });
  killContainer = () => this.#do("kill", { state: "exited" });

  async #do(call: string, change: Partial<ContainerDetails>): Promise<"done"> {
    this.calls.push(call);
    await this.gate;
    if (this.failure !== null && this.failure.code !== "engine_unreachable") throw this.failure;
    this.details = { ...this.details, ...change };
    if (this.failure !== null) throw this.failure;
    return "done";
  }
}

const denying = (match: ContainerMatch): Policy["actions"] => ({ allow: OPEN_POLICY.actions.allow, deny: [match] });

describe("action handler", () => {
  let temp: TempDir;
  let clock: ManualClock;
  let engine: OneContainer;
  let journal: ActionJournal;
  let handler: ActionHandler;
  let policy: HostPolicy;
  let progress: string[];
  let results: ActionResult[];

  const makeHandler = (): ActionHandler => {
    const made = new ActionHandler({
      hubId,
      hostId,
      engine,
      journal,
      isSigned: (purpose, signed) => isSignedFor(purpose, signed, hubKey),
      sign: (purpose, payload) => signFor(purpose, payload, agentKey.privateKey),
      send: (message) => {
        if (message.type === "action_result") results.push(message);
        else progress.push(message.phase);
      },
      refuse: (question) =>
        refusalOf({ policy, rules: { rules: [], hubContainer: null } }, { ...question, isAgent: false }),
      report: () => reportedContainer(1),
      clock,
    });
    made.online({ orgId, sessionNonce, hubNowNs: () => clock.nowNs() });
    return made;
  };

  beforeEach(async () => {
    temp = await makeTempDir("actions");
    clock = new ManualClock();
    engine = new OneContainer();
    journal = new ActionJournal(join(temp.path, "journal"), clock.nowNs());
    policy = new HostPolicy({ kind: "none" });
    progress = [];
    results = [];
    handler = makeHandler();
  });
  afterEach(() => temp.remove());

  let actions = 0;
  const command = (change: Partial<ActionCommand> = {}, key = hubKey): ActionMessage => {
    const full: ActionCommand = {
      hubId,
      orgId,
      hostId,
      actionId: asId<ActionId>(`act_${String(++actions).padStart(20, "0")}`),
      containerId: asId<ContainerId>("ctr_0123456789abcdefghij"),
      dockerId,
      startedAtNs: engine.details.startedAtNs === null ? null : String(engine.details.startedAtNs),
      verb: "STOP",
      timeoutSeconds: null,
      actor: "anna@example.org",
      override: null,
      sessionNonce,
      issuedAtNs: String(clock.nowNs()),
      timeToLiveMs: 60_000,
      intent,
      ...change,
    };
    const payload = JSON.stringify(full);
    return {
      type: "action",
      action_id: full.actionId,
      container_id: full.containerId,
      action: full.verb,
      payload,
      keyId: "k1",
      signature: signFor("action", payload, key),
    };
  };

  const outcome = (): ActionOutcome => {
    const last = actionResultSchema.parse(results.at(-1));
    const { payload, signature } = last;
    expect(isSignedFor("action-result", { payload, signature }, agentKey.publicKey)).toBe(true);
    return actionOutcomeSchema.parse(JSON.parse(payload));
  };

  test.each(["STOP", "RESTART", "PAUSE", "KILL"] as const)(
    "[ACTN-07] %s succeeds, and is answered signed",
    async (verb) => {
      await handler.take(command({ verb }));
      expect(engine.calls).toEqual([verb.toLowerCase()]);
      expect(progress).toEqual(["accepted"]);
      expect(outcome()).toMatchObject({ status: "SUCCESS", rejected: false, error: null });
    },
  );

  test("START and UNPAUSE succeed from their own states", async () => {
    engine.details = { ...engine.details, state: "exited" };
    await handler.take(command({ verb: "START" }));
    engine.details = { ...engine.details, state: "paused" };
    await handler.take(command({ verb: "UNPAUSE" }));
    expect(results.map(({ status }) => status)).toEqual(["SUCCESS", "SUCCESS"]);
  });

  test("sends a stop grace only when a person asked for one", async () => {
    await handler.take(command({ timeoutSeconds: 3 }));
    expect(engine.calls).toEqual(["stop 3"]);
  });

  test.each<[string, Partial<ActionCommand>, string]>([
    ["given to another host", { hostId: asId<HostId>("hst_zzzzzzzzzzzzzzzzzzzz") }, "forbidden"],
    ["given by another hub", { hubId: asId<HubId>("hub_zzzzzzzzzzzzzzzzzzzz") }, "forbidden"],
    ["of another org", { orgId: asId<OrgId>("org_zzzzzzzzzzzzzzzzzzzz") }, "forbidden"],
    ["of an earlier session", { sessionNonce: "o".repeat(43) }, "expired"],
    ["past its deadline", { issuedAtNs: "1779999900000000000" }, "expired"],
    ["for an earlier start of the container", { startedAtNs: "1" }, "stale_target"],
    ["for a container that never ran", { startedAtNs: null }, "stale_target"],
    ["that makes no sense in this state", { verb: "START" }, "conflict"],
  ])("[ACTN-10] refuses a command %s, with nothing done", async (_what, change, code) => {
    await handler.take(command(change));
    expect(engine.calls).toEqual([]);
    expect(outcome()).toMatchObject({ status: "FAILURE", rejected: true, error: { code } });
  });

  test.each([600_000, -600_000])(
    "[ACTN-10] a machine whose clock is %i ms off obeys commands until their deadline by the hub's clock, and not after it",
    async (skewMs) => {
      const issuedAtNs = String(clock.nowNs());
      // The hub's time comes with the welcome; everything after it is this machine's own.
      const off = { monotonicMs: () => clock.monotonicMs(), setTimer: () => () => {} };
      const hubClock = new HubClock(
        { ...off, nowNs: () => clock.nowNs() + BigInt(skewMs) * 1_000_000n },
        clock.nowNs(),
      );
      expect(hubClock.skewMs).toBe(skewMs);
      handler.online({ orgId, sessionNonce, hubNowNs: () => hubClock.nowNs() });
      clock.advance(59_000);
      await handler.take(command({ verb: "PAUSE", issuedAtNs }));
      expect(outcome()).toMatchObject({ status: "SUCCESS" });
      clock.advance(2_000);
      await handler.take(command({ verb: "UNPAUSE", issuedAtNs }));
      expect([engine.calls, outcome()]).toMatchObject([["pause"], { rejected: true, error: { code: "expired" } }]);
    },
  );

  test("[ACTN-10] refuses what the pinned key did not sign, and a message that differs from its command", async () => {
    await handler.take(command({}, generateKeyPairSync("ed25519").privateKey));
    expect(outcome()).toMatchObject({ rejected: true, error: { code: "signature_invalid" } });
    await handler.take({ ...command(), action: "KILL" });
    expect(outcome()).toMatchObject({ rejected: true, error: { code: "signature_invalid" } });
    expect(engine.calls).toEqual([]);
  });

  test("[SEC-T12] [ACTN-05] obeys protection labels unless an Admin overrode them", async () => {
    engine.details = { ...engine.details, labels: { "yardarm.protected": "true" } };
    await handler.take(command());
    expect(outcome()).toMatchObject({ rejected: true, error: { code: "protected" } });
    await handler.take(command({ override: { name: engine.details.name, reason: "now" } }));
    expect(outcome()).toMatchObject({ status: "SUCCESS" });
  });

  test.each<[string, Partial<Policy>, Partial<ActionCommand>]>([
    ["a read-only host", { readOnly: true }, {}],
    ["a verb that is not allowed", { actions: { allow: ["START", "RESTART"], deny: [] } }, { verb: "KILL" }],
    ["a container denied by name", { actions: denying({ name: "w*", label: null }) }, {}],
    ["a container denied by label", { actions: denying({ name: null, label: { key: "tier", value: null } }) }, {}],
    [
      "an override that the owner rules out",
      { protectedOverride: "never" },
      { override: { name: "web-1", reason: "now" } },
    ],
  ])("[POL-1] a command signed by the hub is refused before the journal: %s", async (_what, change, of) => {
    policy = new HostPolicy({ kind: "valid", policy: { ...OPEN_POLICY, ...change } });
    engine.details = { ...engine.details, name: "web-1", labels: { tier: "data", "yardarm.protected": "true" } };
    const message = command(of);
    await handler.take(message);
    expect([engine.calls, progress]).toEqual([[], []]);
    expect(outcome()).toMatchObject({ status: "FAILURE", rejected: true, error: { code: "policy_denied" } });
    expect(outcome().error?.message).toMatch(/owner of this host/);
    expect(journal.find(message.action_id)).toBeUndefined();
  });

  test("[POL-1] what the policy leaves open goes on as before", async () => {
    const actions = { allow: ["STOP" as const], deny: [{ name: "db-*", label: null }] };
    policy = new HostPolicy({ kind: "valid", policy: { ...OPEN_POLICY, actions } });
    engine.details = { ...engine.details, name: "web-1" };
    await handler.take(command());
    expect(outcome()).toMatchObject({ status: "SUCCESS" });
  });

  test("[SEC-T19] [POL-3] with a file that cannot be relied on nothing is done, and the reason is told", async () => {
    policy = new HostPolicy({ kind: "invalid", reason: "The policy file is not valid: it is a link." });
    await handler.take(command());
    expect(engine.calls).toEqual([]);
    expect(outcome().error).toEqual({ code: "policy_denied", message: expect.stringContaining("it is a link") });
  });

  test("[ACT-2] [ACTN-08] a repeated id is answered from the journal and never runs twice, also by another process", async () => {
    const message = command();
    await handler.take(message);
    await handler.take(message);
    journal = new ActionJournal(join(temp.path, "journal"), clock.nowNs());
    await makeHandler().take(message);
    expect(engine.calls).toEqual(["stop"]);
    expect(new Set(results.map(({ payload }) => payload)).size).toBe(1);
    expect(results).toHaveLength(3);
  });

  test("[ACT-3] [ACT-6] [ACTN-09] beats every 3 s while it runs; the container is busy for others meanwhile", async () => {
    const gate = Promise.withResolvers<void>();
    engine.gate = gate.promise;
    const first = command();
    const running = handler.take(first);
    await clock.advanceAsync(7_000);
    await handler.take(command());
    expect(outcome()).toMatchObject({ rejected: true, error: { code: "busy" } });
    await handler.take(first);
    expect(progress).toEqual(["accepted", "running", "running", "running"]);
    gate.resolve();
    await running;
    expect(outcome()).toMatchObject({ status: "SUCCESS" });
    await clock.advanceAsync(30_000);
    expect([progress.length, clock.pendingTimers]).toEqual([4, 0]);
    await handler.idle();
  });

  test("[ACTN-09] asks the container when the engine's answer was lost", async () => {
    engine.failure = new ProtocolError("engine_unreachable", "The connection broke.");
    await handler.take(command({ verb: "RESTART" }));
    expect(outcome()).toMatchObject({ status: "SUCCESS" });
  });

  test("[ACTN-07] [ACTN-09] where the engine's answer was lost it may still be at it: nobody says failed before the deadline", async () => {
    engine.failure = new ProtocolError("engine_unreachable", "The connection broke.");
    const { state } = engine.details;
    engine.stopContainer = async () => {
      throw engine.failure;
    };
    const slow = handler.take(command());
    await clock.advanceAsync(40_000);
    expect(results).toEqual([]);
    engine.details = { ...engine.details, state: "exited" };
    await clock.advanceAsync(1_000);
    await slow;
    expect(outcome()).toMatchObject({ status: "SUCCESS" });
    engine.details = { ...engine.details, state };
    const never = handler.take(command());
    await clock.advanceAsync(61_000);
    await never;
    expect(outcome()).toMatchObject({ status: "FAILURE", rejected: false, error: { code: "engine_unreachable" } });
    expect(outcome().error?.message).toContain("the container does not show it: it is running");
  });

  test("reports the engine's refusal, and an answer that the container does not bear out", async () => {
    engine.failure = new ProtocolError("engine_error", "No space left.");
    await handler.take(command());
    expect(outcome()).toMatchObject({ status: "FAILURE", rejected: false, error: { message: "No space left." } });
    engine.failure = null;
    engine.pauseContainer = async () => "done";
    const running = handler.take(command({ verb: "PAUSE" }));
    await clock.advanceAsync(10_000);
    await running;
    expect(outcome()).toMatchObject({ status: "FAILURE", rejected: false, error: { code: "engine_error" } });
  });

  const lost = asId<ActionId>("act_lost0000000000000000");
  const leaveBehind = (verb: ActionCommand["verb"], deadlineNs = clock.nowNs()): void => {
    const { state, startedAtNs } = engine.details;
    const before = { state, startedAtNs: String(startedAtNs) };
    journal.accept({ ...{ actionId: lost, dockerId, verb, before }, deadlineNs: String(deadlineNs), intent });
  };

  test("[ACT-5] [ACTN-08] [ACTN-09] what an agent did not live to finish is told by the container, and never run again", async () => {
    leaveBehind("RESTART");
    engine.details = { ...engine.details, startedAtNs: (engine.details.startedAtNs ?? 0n) + 5n };
    handler = makeHandler();
    await handler.idle();
    expect(outcome()).toMatchObject({ actionId: lost, status: "SUCCESS", error: null });
    await handler.query({ type: "action.query", actionIds: [lost] });
    expect([results.length, engine.calls]).toEqual([2, []]);
  });

  test("[ACTN-09] the engine may still be at it: until the deadline it is running, then it has failed", async () => {
    leaveBehind("STOP", clock.nowNs() + 30_000_000_000n);
    handler = makeHandler();
    await handler.query({ type: "action.query", actionIds: [lost] });
    await handler.take(command());
    expect(outcome()).toMatchObject({
      rejected: true,
      error: { code: "busy", message: expect.stringContaining(lost) },
    });
    await clock.advanceAsync(29_000);
    expect([progress[0], results.length]).toEqual(["running", 1]);
    await clock.advanceAsync(2_000);
    expect(outcome()).toMatchObject({ actionId: lost, rejected: false, status: "FAILURE" });
    expect(journal.unfinished()).toEqual([]);
  });

  test("[ACTN-09] an engine that does not answer leaves it running: nobody says failed before somebody knows", async () => {
    const { inspectContainer } = engine;
    engine.failure = new ProtocolError("engine_unreachable", "No answer within 70 s.");
    engine.stopContainer = async () => {
      engine.inspectContainer = () => Promise.reject(engine.failure);
      throw engine.failure;
    };
    const running = handler.take(command());
    await clock.advanceAsync(600_000);
    expect([results.length, progress.length]).toEqual([0, 201]);
    engine.inspectContainer = inspectContainer;
    engine.details = { ...engine.details, state: "exited" };
    await clock.advanceAsync(2_000);
    await running;
    expect(outcome()).toMatchObject({ status: "SUCCESS" });
  });

  test("[ACT-4] [ACTN-08] what the agent said that it never accepted it does not accept afterwards", async () => {
    const late = command();
    await handler.query({ type: "action.query", actionIds: [late.action_id] });
    expect(outcome()).toMatchObject({ rejected: true, error: { code: "expired" } });
    await handler.take(late);
    expect([engine.calls, outcome()]).toMatchObject([[], { rejected: true, error: { code: "expired" } }]);
  });

  test("[SEC-T16] [ACTN-10] a command that was refused is refused when it is replayed, also when nothing speaks against it any more", async () => {
    const { state } = engine.details;
    const message = command({ verb: "STOP" });
    engine.details = { ...engine.details, state: "exited" };
    await handler.take(message);
    engine.details = { ...engine.details, state };
    await handler.take(message);
    expect([engine.calls, outcome()]).toMatchObject([[], { rejected: true, error: { code: "conflict" } }]);
  });

  test("[ACTN-10] a forged message cannot make the agent deny what it did", async () => {
    const message = command();
    await handler.take(message);
    await handler.take({ ...message, payload: "{}" });
    expect(outcome()).toMatchObject({ actionId: message.action_id, status: "SUCCESS", rejected: false });
  });

  test("[ACTN-08] a journal that cannot be written refuses, says why, and nothing is done", async () => {
    journal.accept = () => {
      throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    };
    await handler.take(command());
    expect(outcome().error).toEqual({ code: "storage_unavailable", message: expect.stringContaining("disk is full") });
    expect(engine.calls).toEqual([]);
  });

  test.each([-10, 10])(
    "[ACTN-10] deadlines follow the hub's clock: a host that is %i minutes off obeys and refuses alike",
    async (minutes) => {
      const offNs = BigInt(minutes) * 60_000_000_000n;
      handler.online({ orgId, sessionNonce, hubNowNs: () => clock.nowNs() + offNs });
      await handler.take(command({ issuedAtNs: String(clock.nowNs() + offNs) }));
      expect(outcome()).toMatchObject({ status: "SUCCESS" });
      await handler.take(command({ issuedAtNs: String(clock.nowNs() + offNs - 61_000_000_000n) }));
      expect(outcome()).toMatchObject({ rejected: true, error: { code: "expired" } });
    },
  );

  test("[ACTN-07] a container that removes itself has been stopped; one that is gone cannot have been restarted", async () => {
    for (const verb of ["STOP", "RESTART"] as const) {
      const { inspectContainer } = engine;
      const remove = async (): Promise<"done"> => {
        engine.inspectContainer = () => Promise.reject(new ProtocolError("not_found", "No such container."));
        return "done";
      };
      engine.stopContainer = remove;
      engine.restartContainer = remove;
      await handler.take(command({ verb }));
      expect(outcome()).toMatchObject({ status: verb === "STOP" ? "SUCCESS" : "FAILURE", container: null });
      engine.inspectContainer = inspectContainer;
    }
  });
});
