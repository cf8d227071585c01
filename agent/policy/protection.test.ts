import { expect, test } from "vitest";
import { HostPolicy } from "./host-policy.ts";
import { OPEN_POLICY } from "./policy.ts";
import { refusalOf } from "./protection.ts";

const open = new HostPolicy({ kind: "none" });

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
  const refusal = refusalOf(open, { verb, name: "web", labels, override: false });
  expect(refusal?.code).toBe(isRefused ? "protected" : undefined);
  expect(refusalOf(open, { verb, name: "web", labels, override: true })).toBeNull();
});

test("[HOST-05] where the owner rules overrides out, not even an Admin's helps", () => {
  const strict = new HostPolicy({ kind: "valid", policy: { ...OPEN_POLICY, protectedOverride: "never" } });
  const question = { verb: "STOP", name: "web", labels: { "yardarm.protected": "true" } } as const;
  expect(refusalOf(strict, { ...question, override: false })?.code).toBe("protected");
  expect(refusalOf(strict, { ...question, override: true })?.code).toBe("policy_denied");
  expect(refusalOf(strict, { ...question, labels: {}, override: true })).toBeNull();
});
