import type { Action } from "@yardarm/protocol/action";
import type { BulkAction } from "@yardarm/protocol/api/bulk-actions";
import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Host } from "@yardarm/protocol/host";
import type { ActionId, BulkId, ContainerId, HostId } from "@yardarm/protocol/ids";
import { reportedContainer } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { type HubCore, openHubCore } from "../../testkit/hub-core.ts";
import type { Actor } from "../auth/authority/can.ts";
import { newId } from "../auth/crypto/new-id.ts";
import type { ActionOrder } from "./action-service.ts";
import { BulkActions } from "./bulk-actions.ts";

const hostId = newId<HostId>("hst");
const host = { hostId, name: "prod", status: "online" } as Host;

const open = async (hub: HubCore, containers: readonly Partial<Container>[]) => {
  const { orgId, userId } = await hub.claim();
  const actor: Actor = {
    ...{ orgId, userId, sessionId: null, role: "operator", projects: null, name: "Ada", email: "ada@example.com" },
  };
  const fleet = new Map<ContainerId, Container>();
  for (const changes of containers) {
    const containerId = newId<ContainerId>("ctr");
    const container: Container = {
      ...reportedContainer(1),
      ...{ containerId, workloadId: newId("wkl"), hostId, removedAtNs: null, logSource: { kind: "pending" } },
      ...{ labels: {}, isAgent: false },
      ...changes,
    };
    fleet.set(containerId, container);
  }
  const orders: ActionOrder[] = [];
  const waiting: ((state: Action["state"]) => void)[] = [];
  const reported: unknown[] = [];
  const state = { mayAct: true, host };
  const openBulk = (): BulkActions =>
    new BulkActions({
      ...{ storage: hub.storage, audit: hub.audit, nowMs: () => hub.clock.nowMs() },
      actions: {
        start: async (order) => {
          orders.push(order);
          const { containerId } = order.container;
          if (order.container.name === "broken") throw new ProtocolError("agent_offline", "The agent is away.");
          return { actionId: newId<ActionId>("act"), containerId, hostId, verb: order.verb, state: "sent" } as Action;
        },
        wait: (_org, action) =>
          new Promise((resolve) => waiting.push((to) => resolve({ ...action, state: to, error: null }))),
        find: async () => undefined,
      },
      choose: (_actor, containerId) => {
        const container = fleet.get(containerId);
        if (container === undefined) return { containerId, container: null };
        return { containerId, container, host: state.host, refusal: state.mayAct ? null : "You may not." };
      },
      recheck: async (who) => who,
      newBulkId: () => newId<BulkId>("blk"),
      report: (error) => reported.push(error),
    });
  const bulk = openBulk();
  const requester = { actor, address: "192.0.2.1" };
  const plan = () => bulk.plan(actor, [...fleet.keys()], { verb: "STOP", timeoutSeconds: null });
  const ended = async (bulkId: BulkId): Promise<BulkAction> => {
    for (;;) {
      const found = await bulk.find(orgId, bulkId);
      if (found !== undefined && found.state !== "running") return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const begun = async (count: number): Promise<void> => {
    while (waiting.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { orgId, actor, requester, bulk, openBulk, plan, ended, begun, orders, waiting, fleet, state, reported };
};

const request = (planId: BulkId, changes: object = {}) => ({
  ...{ planId, reason: "maintenance", stopOnFailure: false, parallelism: 2 },
  ...changes,
});

describe("actions on several containers", () => {
  test("[ACTN-11] a plan says who is a target and who is not, and why, and does nothing", async () => {
    await using hub = await openHubCore();
    const { actor, bulk, fleet, orders, state } = await open(hub, [
      { name: "web", stopGraceSeconds: 45 },
      { name: "db", protection: { scope: "stop", reason: "A label protects this container." } },
      { name: "old", state: "exited" },
      { name: "gone", removedAtNs: "1" },
      { name: "odd", state: "removing" },
    ]);
    const stranger = newId<ContainerId>("ctr");
    const ids = [...fleet.keys(), stranger, stranger];
    const order = { verb: "STOP", timeoutSeconds: null } as const;
    const plan = await bulk.plan(actor, ids, order);
    expect(plan.targets.map(({ name, hostName }) => [name, hostName])).toEqual([["web", "prod"]]);
    expect(plan.longestGraceSeconds).toBe(45);
    expect(plan.excluded.map(({ name, why }) => [name, why])).toEqual([
      ["db", "protected"],
      ["old", "already"],
      ["gone", "not_found"],
      ["odd", "impossible"],
      ["", "not_found"],
    ]);
    expect(plan.excluded[0]?.reason).toBe("A label protects this container. An admin may act on it alone.");
    state.mayAct = false;
    expect((await bulk.plan(actor, ids, order)).excluded[0]).toMatchObject({
      why: "not_allowed",
      reason: "You may not.",
    });
    Object.assign(state, { mayAct: true, host: { ...host, status: "offline" } });
    expect((await bulk.plan(actor, ids, order)).excluded[0]).toMatchObject({ name: "web", why: "offline" });
    expect(orders).toEqual([]);
  });

  test("[ACTN-11] never more at once than asked for; progress per target; audited when it begins and when it ends", async () => {
    await using hub = await openHubCore();
    const { orgId, requester, bulk, plan, begun, ended, waiting, orders } = await open(hub, [
      ...[{ name: "a" }, { name: "b" }, { name: "c" }, { name: "broken" }],
    ]);
    const { planId } = await plan();
    const started = await bulk.begin(requester, request(planId));
    expect(started.targets.map(({ state }) => state)).toEqual(["waiting", "waiting", "waiting", "waiting"]);
    await begun(2);
    expect((await bulk.find(orgId, planId))?.targets.map(({ state }) => state)).toEqual([
      ...["under_way", "under_way", "waiting", "waiting"],
    ]);
    waiting[0]?.("succeeded");
    await begun(3);
    expect(orders.map(({ container, bulkId }) => [container.name, bulkId])).toEqual([
      ...["a", "b", "c"].map((name) => [name, planId]),
    ]);
    waiting[1]?.("failed");
    waiting[2]?.("succeeded");
    const end = await ended(planId);
    expect(end.state).toBe("finished");
    expect(end.targets.map(({ state }) => state)).toEqual(["succeeded", "failed", "succeeded", "failed"]);
    expect(end.targets[3]?.error?.code).toBe("agent_offline");
    const rows = await hub.audit.list(orgId, { before: null, limit: 2 });
    expect(rows.map(({ kind, outcome, details }) => [kind, outcome, details.succeeded])).toEqual([
      ["bulk.ended", "failure", 2],
      ["bulk.started", "pending", undefined],
    ]);
  });

  test("[ACTN-11] asked to stop on a failure it begins nothing further, and says what it left out", async () => {
    await using hub = await openHubCore();
    const { requester, bulk, plan, ended, orders } = await open(hub, [
      { name: "broken" },
      { name: "b" },
      { name: "c" },
    ]);
    const { planId } = await plan();
    await bulk.begin(requester, request(planId, { stopOnFailure: true, parallelism: 1 }));
    const end = await ended(planId);
    expect([end.state, ...end.targets.map(({ state }) => state)]).toEqual(["stopped", "failed", "skipped", "skipped"]);
    expect(orders).toHaveLength(1);
  });

  test("[ACTN-11] a plan is carried out once, by whoever made it, and not when it is old", async () => {
    await using hub = await openHubCore();
    const { actor, requester, bulk, plan, begun } = await open(hub, [{ name: "a" }]);
    const { planId } = await plan();
    const other = { ...requester, actor: { ...actor, userId: newId<Actor["userId"]>("usr") } };
    await expect(bulk.begin(other, request(planId))).rejects.toMatchObject({ code: "not_found" });
    const both = await Promise.allSettled([
      bulk.begin(requester, request(planId)),
      bulk.begin(requester, request(planId)),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await begun(1);
    await expect(bulk.begin(requester, request(planId))).rejects.toMatchObject({ code: "conflict" });
    const { planId: late } = await plan();
    hub.clock.advance(5 * 60_000 + 1);
    await expect(bulk.begin(requester, request(late))).rejects.toMatchObject({ code: "expired" });
  });

  test("[SEC-T05] [ACTN-11] each target is judged again when its turn comes: protected, started again or not allowed meanwhile", async () => {
    await using hub = await openHubCore();
    const { requester, bulk, plan, ended, fleet, orders } = await open(hub, [{ name: "a" }, { name: "b" }]);
    const { planId } = await plan();
    const [a, b] = [...fleet.values()] as [Container, Container];
    fleet.set(a.containerId, { ...a, protection: { scope: "all", reason: "A rule." } });
    fleet.set(b.containerId, { ...b, startedAtNs: "99" });
    await bulk.begin(requester, request(planId));
    const { targets } = await ended(planId);
    expect(targets.map(({ state, error }) => [state, error?.code])).toEqual([
      ["failed", "protected"],
      ["failed", "stale_target"],
    ]);
    expect(orders).toEqual([]);
  });

  test("[ACTN-11] what the hub did not begin before it ended is skipped for good, and it says so", async () => {
    await using hub = await openHubCore();
    const { orgId, requester, bulk, openBulk, plan, begun } = await open(hub, [{ name: "a" }, { name: "b" }]);
    const { planId } = await plan();
    await bulk.begin(requester, request(planId, { parallelism: 1 }));
    await begun(1);
    const next = openBulk();
    await next.recover();
    const found = await next.find(orgId, planId);
    expect([found?.state, ...(found?.targets.map(({ state }) => state) ?? [])]).toEqual([
      ...["interrupted", "under_way", "skipped"],
    ]);
  });
});
