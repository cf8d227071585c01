import type { Action, ActionState } from "@yardarm/protocol/action";
import { type ActionId, asId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { makeContainer, SAMPLE_HOST_ID } from "../../dev/samples.ts";
import type { SeenAction } from "../../live/action-store.ts";
import { outcomeWords, progressWords, stepWords } from "./action-words.ts";

const action = (state: ActionState, fields: Partial<Action> = {}): Action => ({
  actionId: asId<ActionId>("act_aaaaaaaaaaaaaaaa"),
  containerId: makeContainer().containerId,
  hostId: SAMPLE_HOST_ID,
  verb: "STOP",
  state,
  reason: "r",
  actor: "a",
  requestedAtNs: "0",
  settledAtNs: null,
  error: null,
  ...fields,
});

const running = (fields: Partial<Action> = {}): SeenAction => ({
  action: action("running", fields),
  steps: [
    { kind: "action", state: "requested", atMs: 0 },
    { kind: "action", state: "running", atMs: 1_000 },
  ],
});

describe("[ACTN-09] an action under way says for how long, and what it waits for", () => {
  test.each<[string, SeenAction, number | null, number, string]>([
    ["within the grace", running(), 45, 13_000, "Running for 12 s: the container may still end by itself for 33 s."],
    ["after it", running(), 45, 47_000, "Running for 46 s: its stop grace of 45 s is over, Docker kills it."],
    ["Docker's own grace", running(), null, 2_000, "Running for 1 s: the container may still end by itself for 9 s."],
    ["the grace that was asked for", running({ timeoutSeconds: 2 }), 45, 4_000, "its stop grace of 2 s is over"],
    ["a grace without an end", running(), -1, 90_000, "Running for 1 m."],
    ["a verb that waits for nothing", running({ verb: "START" }), 45, 2_000, "Running for 1 s."],
    [
      "a container that has ended",
      { ...running(), steps: [...running().steps, { kind: "container", state: "exited", atMs: 3_000 }] },
      45,
      4_000,
      "Running for 3 s: the container has ended.",
    ],
  ])("%s", (_what, seen, grace, nowMs, words) => {
    expect(progressWords(seen, grace, nowMs)).toContain(words);
  });

  test("before it runs the deadline counts", () => {
    const sent = { action: action("sent", { deadlineNs: "60000000000" }), steps: [] };
    expect(progressWords(sent, 10, 0)).toContain("or not at all");
    expect(progressWords(sent, 10, 61_000)).toContain("not begun in time");
    expect(progressWords({ action: action("sent"), steps: [] }, 10, 0)).toBe("On its way to the host.");
  });

  test.each<ActionState>(["succeeded", "failed", "rejected", "expired", "unknown"])("%s is not under way", (state) => {
    expect(progressWords({ action: action(state), steps: running().steps }, 10, 5_000)).toBeNull();
  });
});

describe("[ACTN-09] the end of an action in words", () => {
  const said = (state: ActionState, fields: Partial<Action> = {}): string | null =>
    outcomeWords({ action: action(state, fields), steps: [] });

  test("unknown is neither success nor failure", () => {
    const error = { code: "agent_timeout", message: "The agent stopped reporting." };
    expect(said("unknown", { error })).toMatch(/^Nobody knows yet/);
  });

  test("what was settled late says so", () => {
    expect(said("succeeded", { late: true })).toBe("Settled late, when the agent was back. It was carried out.");
    expect(said("failed", { late: true, error: { code: "engine_error", message: "No." } })).toBe(
      "Settled late, when the agent was back. No.",
    );
  });

  test("health is what the agent saw, also while it is pending", () => {
    expect(said("succeeded", { health: "healthy" })).toContain("healthy");
    expect(said("succeeded", { health: "starting" })).toContain("has not said yet");
    expect(said("succeeded", { health: "none" })).toBeNull();
    expect(said("expired")).toContain("Nothing was done.");
  });

  test("the last step is called what it is: verified", () => {
    const before = { kind: "action", state: "running", atMs: 1_000 } as const;
    expect(stepWords({ kind: "action", state: "succeeded", atMs: 1_041 }, before)).toBe("verified (+41 ms)");
    expect(stepWords({ kind: "container", state: "exited", atMs: 1_041 }, before)).toBe("container exited (+41 ms)");
  });
});
