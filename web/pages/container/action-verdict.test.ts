import { ACTION_VERBS, type ActionState } from "@yardarm/protocol/action";
import type { HostPolicy } from "@yardarm/protocol/host";
import { type ActionId, asId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { makeContainer, makeHost, SAMPLE_HOST_ID } from "../../dev/samples.ts";
import type { SeenAction } from "../../live/action-store.ts";
import { consequence, judgeAction, type VerdictFacts } from "./action-verdict.ts";

const container = makeContainer({ name: "db" });
const POLICY: HostPolicy = {
  ...{ mode: "enforced", reason: null, allowedVerbs: [...ACTION_VERBS], protectedOverride: true },
  ...{ logs: true, readThrough: true, environment: false, deniedActions: 0, deniedReads: 0, redactionRules: 0 },
};
const facts: VerdictFacts = {
  container,
  host: makeHost(),
  isConnected: true,
  mayAct: true,
  mayOverride: true,
  role: "admin",
  newestAction: undefined,
  silentMs: null,
};

const inState = (state: ActionState): SeenAction => ({
  action: {
    actionId: asId<ActionId>("act_aaaaaaaaaaaaaaaa"),
    containerId: container.containerId,
    hostId: SAMPLE_HOST_ID,
    verb: "RESTART",
    state,
    reason: "r",
    actor: "a",
    requestedAtNs: "1",
    settledAtNs: null,
    error: null,
  },
  steps: [],
});

test("a running container can be stopped without further ado", () => {
  expect(judgeAction("STOP", facts)).toEqual({ allowed: true, typedName: null, why: null });
});

describe("refusals say why", () => {
  test.each<[string, Partial<VerdictFacts>, string]>([
    ["role", { mayAct: false, role: "viewer" }, "Your role (viewer) may look, but not act."],
    ["no connection", { isConnected: false }, "Not connected to the hub."],
    [
      "offline host",
      { host: makeHost({ status: "offline" }), silentMs: 180_000 },
      "The host has not answered for 3 m.",
    ],
    ["unknown host", { host: undefined }, "The host has not answered."],
    [
      "engine away",
      { host: makeHost({ engine: { state: "unreachable", code: "x", message: "y" } }) },
      "The agent cannot reach the container engine.",
    ],
    ["busy", { newestAction: inState("running") }, "A restart is still under way."],
    ["state", { container: { ...container, state: "exited" } }, "Only a running container can be stopped."],
    ["removed", { container: { ...container, removedAtNs: "1" } }, "The container has been removed."],
    [
      "protected",
      { container: { ...container, labels: { "yardarm.protected": "true" } }, mayOverride: false },
      "A label protects this container. (yardarm.protected=true) Only an admin may act on it.",
    ],
    [
      "own agent",
      { container: { ...container, isAgent: true }, mayOverride: false },
      "This is Yardarm's own agent on this host. Only an admin may act on it.",
    ],
    [
      "protected by a rule",
      {
        container: {
          ...container,
          protection: { scope: "stop", reason: "A rule of the organization protects this container (databases)." },
        },
        mayOverride: false,
      },
      "A rule of the organization protects this container (databases). Only an admin may act on it.",
    ],
    [
      "verb that the host's owner does not allow",
      { host: makeHost({ policy: { ...POLICY, allowedVerbs: ["START"] } }) },
      "The policy of this host's owner does not allow stops.",
    ],
    [
      "read-only host",
      { host: makeHost({ policy: { ...POLICY, mode: "read_only", allowedVerbs: [] } }) },
      "The host is read-only: its owner's policy says so.",
    ],
    [
      "host whose policy is broken",
      { host: makeHost({ policy: { ...POLICY, mode: "invalid", reason: "line 3", allowedVerbs: [] } }) },
      "The host is read-only: its policy file cannot be relied on (line 3).",
    ],
    [
      "protection that nobody may override there",
      {
        container: { ...container, labels: { "yardarm.protected": "stop" } },
        host: makeHost({ policy: { ...POLICY, protectedOverride: false } }),
      },
      "A label protects this container. (yardarm.protected=stop) The owner of this host lets nobody override that.",
    ],
  ])("%s", (_what, fields, reason) => {
    expect(judgeAction("STOP", { ...facts, ...fields })).toEqual({ allowed: false, reason });
  });
});

test("an admin may override protection by typing the name", () => {
  const locked = { ...container, labels: { "yardarm.protected": "stop" } };
  expect(judgeAction("STOP", { ...facts, container: locked })).toEqual({
    allowed: true,
    typedName: "db",
    why: "A label protects this container. (yardarm.protected=stop)",
  });
  expect(judgeAction("PAUSE", { ...facts, container: locked })).toEqual({
    allowed: true,
    typedName: null,
    why: null,
  });
});

test("a settled or unknown action does not block the next one", () => {
  expect(judgeAction("STOP", { ...facts, newestAction: inState("failed") }).allowed).toBe(true);
  expect(judgeAction("STOP", { ...facts, newestAction: inState("unknown") }).allowed).toBe(true);
});

test("a stale host can still be tried", () => {
  expect(judgeAction("STOP", { ...facts, host: makeHost({ status: "stale" }) }).allowed).toBe(true);
});

test("the sentence about what follows knows the stop grace", () => {
  expect(consequence("STOP", { ...container, stopGraceSeconds: 45 })).toContain("up to 45 s: its stop grace");
  expect(consequence("RESTART", container)).toContain("up to 10 s");
  expect(consequence("STOP", { ...container, stopGraceSeconds: -1 })).toContain("its stop grace has no end");
});
