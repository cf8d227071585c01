import { generateKeyPairSync, sign, verify } from "node:crypto";
import type { Action, ActionCommand } from "@yardarm/protocol/action";
import type { ActionOutcome } from "@yardarm/protocol/agent-up/action-result";
import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import {
  type ActionId,
  asId,
  type ContainerId,
  type HostId,
  type HubId,
  type OrgId,
  type UserId,
  type WorkloadId,
} from "@yardarm/protocol/ids";
import { signingInput } from "@yardarm/protocol/signing";
import { reportedContainer } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { sameOrder } from "../storage/tables/actions.ts";
import { ActionService, type ActionServiceOptions } from "./action-service.ts";
import { commandTimeToLiveMs } from "./command-deadline.ts";

const orgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");
const otherHost = asId<HostId>("hst_bbbbbbbbbbbbbbbbbbbb");
const requester = {
  orgId,
  userId: asId<UserId>("usr_aaaaaaaaaaaaaaaaaaaa"),
  name: "owner@example.com",
  address: "::1",
};
const keys = generateKeyPairSync("ed25519");

const container: Container = {
  ...reportedContainer(1, { stopGraceSeconds: 45 }),
  containerId: asId<ContainerId>("ctr_aaaaaaaaaaaaaaaaaaaa"),
  workloadId: asId<WorkloadId>("wkl_aaaaaaaaaaaaaaaaaaaa"),
  hostId,
  removedAtNs: null,
  logSource: { kind: "pending" },
};

/** A hub in small: rows in a map, timers that the test fires, and a log of everything in the order in which it happened. */
const setUp = (changes: Partial<ActionServiceOptions> = {}) => {
  const events: string[] = [];
  const rows = new Map<ActionId, Action>();
  const byKey = new Map<string, Action>();
  const commands: Omit<ActionCommand, "sessionNonce">[] = [];
  const timers = new Map<() => void, number>();
  let count = 0;
  const service = new ActionService({
    hubId: asId<HubId>("hub_aaaaaaaaaaaaaaaaaaaa"),
    rows: {
      begin: async (_requester, action, key) => {
        const before = key === null ? undefined : byKey.get(key);
        if (before !== undefined) return { action: before, intent: null };
        if (key !== null) byKey.set(key, action);
        rows.set(action.actionId, action);
        events.push("row requested, intent");
        return { action, intent: { seq: 7, hash: "h" } };
      },
      earlier: async (_requester, action, key) => {
        const before = byKey.get(key);
        return before === undefined ? undefined : sameOrder(before, action);
      },
      update: async (_org, action) => {
        rows.set(action.actionId, action);
        events.push(`row ${action.state}`);
      },
      conclude: async (_org, action) => {
        rows.set(action.actionId, action);
        events.push(`row ${action.state}, outcome${action.late === true ? " late" : ""}`);
      },
      find: async (_org, actionId) => rows.get(actionId),
      open: async () => [...rows.values()].filter((action) => action.settledAtNs === null),
      openOn: async () => [...rows.values()].filter((action) => action.settledAtNs === null),
    },
    ask: async (_org, _host, actionIds) => {
      events.push(`ask ${actionIds.length}`);
    },
    dispatch: async (command) => {
      events.push("dispatch");
      commands.push(command);
    },
    verifyResult: async (host, payload, signature) =>
      host === hostId &&
      verify(null, signingInput("action-result", payload), keys.publicKey, Buffer.from(signature, "base64url")),
    publish: (_org, action) => events.push(`publish ${action.state}`),
    newActionId: () => {
      count += 1;
      return asId<ActionId>(`act_${String(count).padStart(20, "a")}`);
    },
    nowNs: () => 1_000n,
    after: (delayMs, task) => {
      timers.set(task, delayMs);
      return () => timers.delete(task);
    },
    report: (error) => {
      throw error;
    },
    ...changes,
  });
  /** The agent has been silent for long enough; whoever waits for an answer waits longer. */
  const fallSilent = (): void => {
    for (const [task, delayMs] of [...timers]) {
      if (delayMs === 25_000) continue;
      timers.delete(task);
      task();
    }
  };
  return { service, events, rows, commands, fallSilent };
};

const order = (changes: object = {}) => ({
  requester,
  container,
  verb: "STOP" as const,
  reason: "maintenance",
  timeoutSeconds: null,
  override: null,
  idempotencyKey: null,
  ...changes,
});

const resultOf = (actionId: ActionId, changes: Partial<ActionOutcome> = {}) => {
  const payload = JSON.stringify({
    actionId,
    status: "SUCCESS",
    rejected: false,
    error: null,
    finishedAtNs: "2000",
    witness: null,
    container: null,
    ...changes,
  });
  return {
    type: "action_result" as const,
    action_id: actionId,
    status: "SUCCESS" as const,
    payload,
    signature: sign(null, signingInput("action-result", payload), keys.privateKey).toString("base64url"),
  };
};

const first = asId<ActionId>("act_aaaaaaaaaaaaaaaaaaa1");

/** Lets the promises that are ready settle. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("actions", () => {
  test("[ACTN-07] intent before dispatch, every state stored before it is told, the answer is the agent's", async () => {
    const { service, events, commands } = setUp();
    const answer = service.request(order(), 25_000);
    await settle();
    await service.progress(hostId, { type: "action_progress", action_id: first, phase: "running" });
    await service.result(orgId, hostId, resultOf(first));
    expect(await answer).toMatchObject({ state: "succeeded", actor: "owner@example.com" });
    expect(events).toEqual([
      "row requested, intent",
      "publish requested",
      "row sent",
      "publish sent",
      "dispatch",
      "row running",
      "publish running",
      "row succeeded, outcome",
      "publish succeeded",
    ]);
    expect(commands[0]).toMatchObject({ dockerId: container.dockerId, intent: { seq: 7 }, timeToLiveMs: 65_000 });
  });

  test("[SEC-T25] [AUD-1] [AUDT-01] when the intent cannot be written nothing is dispatched, and there is no action", async () => {
    const { service, commands, rows } = setUp();
    const failing = setUp({
      rows: {
        begin: () => Promise.reject(new ProtocolError("storage_unavailable", "disk full")),
        earlier: async () => undefined,
        openOn: async () => [],
      } as unknown as ActionServiceOptions["rows"],
    });
    await expect(failing.service.request(order(), 1)).rejects.toMatchObject({ code: "storage_unavailable" });
    expect([failing.commands, failing.events]).toEqual([[], []]);
    expect([commands, rows.size, await service.unsettled(orgId, hostId)]).toEqual([[], 0, []]);
  });

  test("an offline agent is an answer at once, and audited", async () => {
    const { service, events } = setUp({
      dispatch: () => Promise.reject(new ProtocolError("agent_offline", "The host is offline.")),
    });
    await expect(service.request(order(), 25_000)).rejects.toMatchObject({ code: "agent_offline" });
    expect(events).toContain("row rejected, outcome");
  });

  test("[ACTN-09] silence is unknown, not failed, and a late result still settles it", async () => {
    const { service, events, fallSilent } = setUp();
    const answer = service.request(order(), 25_000);
    await settle();
    fallSilent();
    expect((await answer).state).toBe("unknown");
    expect(await service.unsettled(orgId, hostId)).toEqual([first]);
    await service.result(orgId, hostId, resultOf(first));
    expect((await service.find(orgId, first))?.state).toBe("succeeded");
    expect(events.slice(-2)).toEqual(["row succeeded, outcome late", "publish succeeded"]);
    expect(events.filter((event) => event === "row unknown, outcome" || event === "ask 1")).toHaveLength(2);
    expect((await service.find(orgId, first))?.steps?.map(({ state }) => state)).toEqual([
      ...["requested", "sent", "unknown", "succeeded"],
    ]);
  });

  test("[ACTN-09] an agent that says nothing is asked again and again, until it answers", async () => {
    const { service, events, fallSilent } = setUp({
      ask: () => Promise.reject(new ProtocolError("agent_offline", "away")),
    });
    void service.request(order(), 25_000);
    await settle();
    for (let time = 0; time < 3; time += 1) {
      fallSilent();
      await settle();
    }
    expect(events.filter((event) => event === "row unknown, outcome")).toHaveLength(1);
    await service.result(orgId, hostId, resultOf(first));
    fallSilent();
    expect(events.at(-1)).toBe("publish succeeded");
  });

  test("[ACTN-09] a command that its agent never accepted has expired", async () => {
    const { service } = setUp();
    const answer = service.request(order(), 25_000);
    await settle();
    const error = { code: "expired", message: "This agent never accepted the action." };
    await service.result(orgId, hostId, resultOf(first, { status: "FAILURE", rejected: true, error }));
    expect(await answer).toMatchObject({ state: "expired", error });
  });

  test("[ACT-4] a container that is gone is refused as such: that command did not expire", async () => {
    const { service } = setUp();
    const answer = service.request(order(), 25_000);
    await settle();
    const error = { code: "not_found", message: "No such container." };
    await service.result(orgId, hostId, resultOf(first, { status: "FAILURE", rejected: true, error }));
    expect(await answer).toMatchObject({ state: "rejected", error });
  });

  test("[ACTN-09] nobody knows whether a command left that no node confirmed: unknown, and the agent is asked", async () => {
    const { service, events } = setUp({
      dispatch: () => Promise.reject(new ProtocolError("agent_timeout", "No answer in time.")),
    });
    expect((await service.request(order(), 25_000)).state).toBe("unknown");
    expect(events.slice(-2)).toEqual(["publish unknown", "ask 1"]);
  });

  test("[ACTN-09] what an earlier process of the hub left open is unknown until its agent is heard, and settled then", async () => {
    const { service, rows, events, fallSilent } = setUp();
    const before: Action = {
      ...{ actionId: first, containerId: container.containerId, hostId, verb: "STOP", state: "running" },
      ...{ reason: "r", actor: "a", requestedAtNs: "1", settledAtNs: null, error: null },
    };
    rows.set(first, before);
    service.recover(orgId, [before]);
    fallSilent();
    await settle();
    expect(rows.get(first)?.state).toBe("unknown");
    await service.result(orgId, hostId, resultOf(first));
    expect(rows.get(first)).toMatchObject({ state: "succeeded", late: true });
    expect(events.at(-1)).toBe("publish succeeded");
  });

  test("[ACTN-09] when its host is removed nobody will ever know more, and it ends", async () => {
    const { service, rows } = setUp();
    const answer = service.request(order(), 25_000);
    await settle();
    await service.hostRemoved(orgId, hostId);
    expect(await answer).toMatchObject({ state: "failed", error: { code: "host_revoked" } });
    expect(rows.get(first)?.settledAtNs).not.toBeNull();
  });

  test("[ACTN-09] a second person on the same container is told who is at it; after that it is free again", async () => {
    const { service, commands } = setUp();
    const answer = service.request(order(), 25_000);
    await settle();
    await expect(service.request(order({ verb: "KILL" }), 1)).rejects.toMatchObject({
      code: "busy",
      message: expect.stringContaining(first),
    });
    await service.result(orgId, hostId, resultOf(first));
    await answer;
    void service.request(order({ verb: "KILL" }), 1);
    await settle();
    expect(commands.map(({ verb }) => verb)).toEqual(["STOP", "KILL"]);
  });

  test("[ACTN-08] the same key with another body is a conflict, whatever differs; a repeat after the end is the same action", async () => {
    const { service } = setUp();
    const answer = service.request(order({ idempotencyKey: "k" }), 25_000);
    await settle();
    for (const change of [{ verb: "KILL" }, { reason: "other" }, { timeoutSeconds: 1 }, { override: "web" }]) {
      await expect(service.request(order({ idempotencyKey: "k", ...change }), 1)).rejects.toMatchObject({
        code: "conflict",
      });
    }
    await service.result(orgId, hostId, resultOf(first));
    const ended = await answer;
    const stopped = { ...container, state: "exited" };
    expect(await service.request(order({ idempotencyKey: "k", container: stopped }), 1)).toEqual(ended);
  });

  test("[ACTN-05] an override says which name was typed, and why, under the signature", async () => {
    const { service, commands } = setUp();
    void service.request(order({ override: "web" }), 25_000);
    await settle();
    expect(commands[0]?.override).toEqual({ name: "web", reason: "maintenance" });
  });

  test("[ACTN-08] the same key gives the same action and dispatches once", async () => {
    const { service, commands } = setUp();
    const one = service.request(order({ idempotencyKey: "k" }), 25_000);
    await settle();
    const two = service.request(order({ idempotencyKey: "k" }), 25_000);
    await settle();
    await service.result(orgId, hostId, resultOf(first));
    expect((await one).actionId).toBe((await two).actionId);
    expect(commands).toHaveLength(1);
  });

  test("[ACTN-10] a result that another key signed, or of another host, changes nothing", async () => {
    const { service, rows } = setUp();
    const answer = service.request(order(), 25_000);
    await settle();
    const forged = { ...resultOf(first), payload: resultOf(first, { status: "FAILURE" }).payload };
    await expect(service.result(orgId, hostId, forged)).rejects.toMatchObject({ code: "signature_invalid" });
    await expect(service.result(orgId, otherHost, resultOf(first))).rejects.toMatchObject({
      code: "signature_invalid",
    });
    await service.progress(otherHost, { type: "action_progress", action_id: first, phase: "running" });
    expect(rows.get(first)?.state).toBe("sent");
    await service.result(orgId, hostId, resultOf(first));
    await answer;
  });

  test("an illegal verb for the state is refused before anything is stored", async () => {
    const { service, events } = setUp();
    await expect(service.request(order({ verb: "START" }), 1)).rejects.toMatchObject({ code: "conflict" });
    expect(events).toEqual([]);
  });

  test("[ACTN-09] the deadline knows the container's own grace", () => {
    expect(commandTimeToLiveMs("STOP", { timeoutSeconds: null, stopGraceSeconds: 60 })).toBe(80_000);
    expect(commandTimeToLiveMs("STOP", { timeoutSeconds: 5, stopGraceSeconds: 60 })).toBe(25_000);
    expect(commandTimeToLiveMs("STOP", { timeoutSeconds: null, stopGraceSeconds: null })).toBe(30_000);
    expect(commandTimeToLiveMs("RESTART", { timeoutSeconds: null, stopGraceSeconds: -1 })).toBe(3_620_000);
    expect(commandTimeToLiveMs("START", { timeoutSeconds: null, stopGraceSeconds: 60 })).toBe(20_000);
    expect(commandTimeToLiveMs("STOP", { timeoutSeconds: null, stopGraceSeconds: 90_000 })).toBe(3_620_000);
  });
});
