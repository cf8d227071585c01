import { asId, type DockerId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { HostPolicy } from "./host-policy.ts";
import { OPEN_POLICY } from "./policy.ts";
import { refusalOf } from "./protection.ts";

const open = new HostPolicy({ kind: "none" });
const noRules = { rules: [], hubContainer: null };
const container = {
  dockerId: asId<DockerId>("a".repeat(64)),
  name: "web",
  image: "nginx:1",
  labels: {},
  isAgent: false,
};
const override = { name: "web", reason: "the disk is full" };

test.each([
  ["yardarm.protected", "true", "STOP", true],
  ["com.docker.dashboard.protected", "true", "PAUSE", true],
  ["yardarm.protected", "whatever", "RESTART", true],
  ["yardarm.protected", "stop", "PAUSE", false],
  ["yardarm.protected", "stop", "KILL", true],
  ["yardarm.protected", "false", "STOP", false],
  ["yardarm.protected", "true", "START", false],
] as const)("[ACTN-05] %s=%s refuses %s: %s", (label, value, verb, isRefused) => {
  const labels = { [label]: value };
  const refusal = refusalOf({ policy: open, rules: noRules }, { ...container, verb, labels, override: null });
  expect(refusal?.code).toBe(isRefused ? "protected" : undefined);
  expect(refusalOf({ policy: open, rules: noRules }, { ...container, verb, labels, override })).toBeNull();
});

test("[HOST-05] where the owner rules overrides out, not even an Admin's helps", () => {
  const strict = new HostPolicy({ kind: "valid", policy: { ...OPEN_POLICY, protectedOverride: "never" } });
  const question = { ...container, verb: "STOP", labels: { "yardarm.protected": "true" } } as const;
  const facts = { policy: strict, rules: noRules };
  expect(refusalOf(facts, { ...question, override: null })?.code).toBe("protected");
  expect(refusalOf(facts, { ...question, override })?.code).toBe("policy_denied");
  expect(refusalOf(facts, { ...question, labels: {}, override })).toBeNull();
});

test("[PRO-2] [ACTN-05] an override is for the container that it names, and for no other", () => {
  const question = { ...container, verb: "KILL", labels: { "yardarm.protected": "stop" } } as const;
  const other = { name: "web-2", reason: "typo" };
  expect(refusalOf({ policy: open, rules: noRules }, { ...question, override: other })?.code).toBe("protected");
});

test.each([
  ["name", { name: "we*" }],
  ["image", { image: "*nginx*" }],
  ["label", { label: "tier=data*" }],
  ["compose project", { composeProject: "shop" }],
  ["two patterns at once", { name: "web", label: "tier" }],
] as const)(
  "[ACTN-05] a rule of the organization refuses by %s, without a label and without the hub",
  (_by, patterns) => {
    const labels = { tier: "database", "com.docker.compose.project": "shop" };
    const nothing = { name: null, image: null, label: null, composeProject: null };
    const rules = {
      hubContainer: null,
      rules: [{ ...nothing, ...patterns, scope: "stop" as const, note: "the shop" }],
    };
    const question = { ...container, labels, verb: "STOP", override: null } as const;
    expect(refusalOf({ policy: open, rules }, question)).toEqual({
      code: "protected",
      sentence: "A rule of the organization protects this container (the shop). An Admin may override that.",
    });
    expect(refusalOf({ policy: open, rules }, { ...question, verb: "PAUSE" })).toBeNull();
    expect(refusalOf({ policy: open, rules }, { ...question, override })).toBeNull();
    const other = { ...question, name: "api", image: "redis:7", labels: {} };
    expect(refusalOf({ policy: open, rules }, other)).toBeNull();
  },
);

test("[ACTN-12] the agent's own container and the hub's are protected in full", () => {
  const question = { ...container, verb: "PAUSE", override: null } as const;
  const facts = { policy: open, rules: noRules };
  expect(refusalOf(facts, { ...question, isAgent: true })?.sentence).toContain("own agent");
  const hub = { ...noRules, hubContainer: container.dockerId };
  expect(refusalOf({ policy: open, rules: hub }, question)?.sentence).toContain("Yardarm's hub");
  expect(refusalOf({ policy: open, rules: hub }, { ...question, override })).toBeNull();
});
