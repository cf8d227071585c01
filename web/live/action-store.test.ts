import type { Action, ActionState } from "@yardarm/protocol/action";
import { type ActionId, asId, type ContainerId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { makeContainer, SAMPLE_HOST_ID } from "../dev/samples.ts";
import { ActionStore } from "./action-store.ts";

const container = makeContainer();

const action = (state: ActionState, id = "act_aaaaaaaaaaaaaaaa"): Action => ({
  actionId: asId<ActionId>(id),
  containerId: container.containerId,
  hostId: SAMPLE_HOST_ID,
  verb: "RESTART",
  state,
  reason: "test",
  actor: "owner@example.com",
  requestedAtNs: "1000000000",
  settledAtNs: null,
  error: null,
});

const states = (store: ActionStore, containerId: ContainerId): readonly string[] =>
  store.of(containerId)[0]?.steps.map((step) => `${step.kind} ${step.state} ${step.atMs}`) ?? [];

test("a timeline grows by what the hub and the engine say, each step once", () => {
  let now = 1_041;
  const store = new ActionStore(() => now);
  store.apply(action("sent"));
  store.apply(action("sent"));
  now = 1_082;
  store.apply(action("running"));
  store.observe({ ...container, state: "exited" });
  store.observe({ ...container, state: "exited" });
  store.observe({ ...container, state: "running" });
  now = 1_500;
  store.apply(action("succeeded"));
  expect(states(store, container.containerId)).toEqual([
    "action requested 1000",
    "action sent 1041",
    "action running 1082",
    "container exited 1082",
    "container running 1082",
    "action succeeded 1500",
  ]);
});

const withSteps = (states: readonly ActionState[], id?: string): Action => ({
  ...action(states.at(-1) ?? "requested", id),
  steps: states.map((state, index) => ({ state, atNs: `${1_000 + index * 10}000000` })),
});

test("[ACTN-09] the hub's own times stand, with what the engine reported between them", () => {
  const store = new ActionStore(() => 1_025);
  store.apply(withSteps(["requested", "sent", "running"]));
  store.observe({ ...container, state: "exited" });
  store.apply(withSteps(["requested", "sent", "running", "unknown", "succeeded"]));
  expect(states(store, container.containerId)).toEqual([
    "action requested 1000",
    "action sent 1010",
    "action running 1020",
    "container exited 1025",
    "action unknown 1030",
    "action succeeded 1040",
  ]);
});

test("[ACTN-09] an answer that was overtaken takes nothing back", () => {
  const store = new ActionStore(() => 2_000);
  store.apply(withSteps(["requested", "sent", "running"]));
  store.apply(withSteps(["requested", "sent"]));
  expect(store.of(container.containerId)[0]?.action.state).toBe("running");
});

test("an older action that is heard of later is not the newest", () => {
  const store = new ActionStore(() => 0);
  store.apply({ ...action("succeeded", "act_newnewnewnewnewn"), requestedAtNs: "20000000000" });
  store.apply({ ...action("unknown", "act_oldoldoldoldoldo"), requestedAtNs: "9000000000" });
  expect(store.of(container.containerId).map(({ action: { actionId } }) => actionId)).toEqual([
    "act_newnewnewnewnewn",
    "act_oldoldoldoldoldo",
  ]);
});

test("a late message never un-settles an action", () => {
  const store = new ActionStore(() => 2_000);
  store.apply(action("failed"));
  store.apply(action("running"));
  expect(store.of(container.containerId)[0]?.action.state).toBe("failed");
});

test("what the engine reports a minute later belongs to somebody else", () => {
  let now = 0;
  const store = new ActionStore(() => now);
  store.apply(action("succeeded"));
  now = 60_001;
  store.observe({ ...container, state: "exited" });
  expect(states(store, container.containerId)).toHaveLength(2);
});

test("newest first, bounded, and containers without actions have none", () => {
  const store = new ActionStore(() => 0);
  for (let index = 0; index < 250; index += 1) {
    store.apply(action("succeeded", `act_${index.toString().padStart(16, "0")}`));
  }
  const kept = store.of(container.containerId);
  expect(kept).toHaveLength(200);
  expect(kept[0]?.action.actionId).toBe("act_0000000000000249");
  expect(store.of(makeContainer().containerId)).toEqual([]);
});
