import type { AuditRow } from "@yardarm/protocol/api/audit";
import type { ActionPlan } from "@yardarm/protocol/api/bulk-actions";
import type { Container } from "@yardarm/protocol/container";
import type { Answer, Caller } from "@yardarm/testkit/authority-world";
import { AuthorityWorld } from "@yardarm/testkit/authority-world";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

describe("protection, asked of a whole hub", () => {
  let world: AuthorityWorld;
  let operator: Caller;

  beforeAll(async () => {
    world = await AuthorityWorld.open();
    const found = world.callers.find(
      ({ role, kind, isNarrowed }) => role === "operator" && kind === "person" && !isNarrowed,
    );
    if (found === undefined) throw new Error("Nobody is an operator.");
    operator = found;
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose]());

  const act = (caller: Caller, body: object): Promise<Answer> => {
    const path = `/api/containers/${world.places.P1.containerId}/actions`;
    return world.ask(caller, { method: "POST", path, body: { action: "STOP", reason: "maintenance", ...body } });
  };
  const get = async <T>(path: string): Promise<T> =>
    (await world.ask(world.owner, { method: "GET", path })).body as unknown as T;

  test("[ACTN-05] a rule protects at once: shown with its reason, refused below Admin, done by an Admin who types the name", async () => {
    const { containerId, projectId } = world.places.P1;
    const container = await get<Container>(`/api/containers/${containerId}`);
    expect(container.protection).toEqual({ scope: "none", reason: null });
    const rule = { match: { name: container.name, projectId }, scope: "stop", note: "the shop" };
    const preview = await world.ask(world.owner, {
      ...{ method: "POST", path: "/api/protection-rules/preview", body: { match: rule.match } },
    });
    expect(preview.body).toMatchObject({ count: 1, containers: [{ containerId, name: container.name }] });
    // Nobody's agent is connected: what is not refused before is told so.
    expect(await act(operator, {})).toMatchObject({ status: 503, code: "agent_offline" });

    const made = await world.ask(world.owner, { method: "POST", path: "/api/protection-rules", body: rule });
    expect(made.status).toBe(201);
    const reason = "A rule of the organization protects this container (the shop).";
    expect((await get<Container>(`/api/containers/${containerId}`)).protection).toEqual({ scope: "stop", reason });
    expect(await act(operator, {})).toMatchObject({ status: 403, code: "protected" });
    expect(await act(operator, { override: container.name })).toMatchObject({ status: 403, code: "protected" });
    expect(await act(operator, { action: "PAUSE" })).toMatchObject({ status: 503, code: "agent_offline" });
    expect(await act(world.owner, {})).toMatchObject({ status: 403, code: "protected" });
    expect((await act(world.owner, { override: "another" })).body.detail).toContain(reason);
    expect(await act(world.owner, { override: container.name })).toMatchObject({ status: 503, code: "agent_offline" });

    const { items } = await get<{ readonly items: readonly AuditRow[] }>("/api/audit?kind=action.denied");
    expect(items.map(({ target, details }) => [target?.id, target?.name, details.verb, details.code])).toContainEqual([
      ...[containerId, container.name, "STOP", "protected"],
    ]);
    const plan = await world.ask(world.owner, {
      ...{ method: "POST", path: "/api/actions/plan", body: { action: "STOP", containerIds: [containerId] } },
    });
    expect((plan.body as unknown as ActionPlan).excluded).toMatchObject([{ containerId, why: "protected" }]);

    const ruleId = String(made.body.ruleId);
    await world.ask(world.owner, { method: "DELETE", path: `/api/protection-rules/${ruleId}` });
    expect((await get<Container>(`/api/containers/${containerId}`)).protection?.scope).toBe("none");
  });

  test("[ACTN-11] [TEN-1] a plan says of another organization's containers what it says of nobody's", async () => {
    const body = { action: "STOP", containerIds: [world.places.B.containerId, world.unknownIds().containerId] };
    const { body: plan } = await world.ask(world.owner, { method: "POST", path: "/api/actions/plan", body });
    const [theirs, nobodys] = (plan as unknown as ActionPlan).excluded;
    expect(theirs).toEqual({ ...nobodys, containerId: world.places.B.containerId });
    expect(theirs).toMatchObject({ why: "not_found", name: "", hostId: null, hostName: "" });
  });

  test("bad input is refused by name: an unknown action, no reason, a rule about nothing, a plan of nothing", async () => {
    const ask = async (path: string, body: object): Promise<unknown> => {
      const { status, code } = await world.ask(world.owner, { method: "POST", path, body });
      return [status, code];
    };
    const invalid = [400, "invalid_request"];
    const actions = `/api/containers/${world.places.P1.containerId}/actions`;
    expect(await ask(actions, { action: "EXEC", reason: "x" })).toEqual(invalid);
    expect(await ask(actions, { action: "STOP", reason: "  " })).toEqual(invalid);
    expect(await ask("/api/protection-rules", { match: {} })).toEqual(invalid);
    expect(await ask("/api/protection-rules", { match: { name: "a\u202eb" } })).toEqual(invalid);
    expect(await ask("/api/actions/plan", { action: "STOP" })).toEqual(invalid);
    expect(await ask("/api/actions/plan", { action: "STOP", filter: {} })).toEqual(invalid);
  });
});
