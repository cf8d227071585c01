import { expect, test } from "vitest";
import { refusalByLabel } from "./protection.ts";

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
  expect(refusalByLabel({ verb, labels, override: false }) !== null).toBe(isRefused);
  expect(refusalByLabel({ verb, labels, override: true })).toBeNull();
});
