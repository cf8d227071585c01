import { hostPolicySchema } from "@yardarm/protocol/host";
import { isLike } from "@yardarm/protocol/name-pattern";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContainerMatch } from "./container-match.ts";
import { HostPolicy } from "./host-policy.ts";
import { OPEN_POLICY, type Policy } from "./policy.ts";

const policyOf = (change: Partial<Policy>): HostPolicy =>
  new HostPolicy({ kind: "valid", policy: { ...OPEN_POLICY, ...change } });
const readsOf = (change: Partial<Policy["reads"]>): HostPolicy =>
  policyOf({ reads: { ...OPEN_POLICY.reads, ...change } });
const web = { name: "web-1", labels: { tier: "front" } };
const database = { name: "db-1", labels: { tier: "data" } };
const byName = (name: string): ContainerMatch => ({ name, label: null });
const byLabel = (key: string, value: string | null): ContainerMatch => ({ name: null, label: { key, value } });

describe("what a policy allows", () => {
  test("[POL-2] without a file, everything", () => {
    const policy = new HostPolicy({ kind: "none" });
    expect(policy.refuseAction("KILL", web)).toBeNull();
    expect(policy.refuseLogs(web)).toBeNull();
    expect([policy.mayReadThrough(web), policy.mayRevealEnvironment(web)]).toEqual([true, true]);
    expect(policy.summary).toMatchObject({ mode: "none", reason: null, deniedReads: 0, redactionRules: 0 });
  });

  test("[POL-4] logs off: no container's log is read, nor read through", () => {
    const policy = readsOf({ logs: false });
    expect(policy.refuseLogs(web)).toMatch(/keeps its logs/);
    expect(policy.mayReadThrough(web)).toBe(false);
    expect(policy.mayRevealEnvironment(web)).toBe(true);
  });

  test.each([
    ["name", byName("db-*")],
    ["label", byLabel("tier", "data")],
    ["label with a pattern", byLabel("tier", "d*")],
    ["name and label", { name: "db-1", label: { key: "tier", value: null } }],
  ])("[POL-4] denied by %s, nothing of that container is read", (_how, match) => {
    const policy = readsOf({ deny: [match] });
    expect(policy.refuseLogs(database)).toMatch(/keeps this log/);
    expect([policy.mayReadThrough(database), policy.mayRevealEnvironment(database)]).toEqual([false, false]);
    expect(policy.refuseLogs(web)).toBeNull();
    expect([policy.mayReadThrough(web), policy.mayRevealEnvironment(web)]).toEqual([true, true]);
  });

  test("[POL-4] read-through and environment are off by themselves, too", () => {
    expect(readsOf({ readThrough: false }).mayReadThrough(web)).toBe(false);
    expect(readsOf({ readThrough: false }).refuseLogs(web)).toBeNull();
    expect(readsOf({ environment: false }).mayRevealEnvironment(web)).toBe(false);
  });

  test("[POL-3] a file that cannot be relied on: read-only, and no text leaves that may have been meant to be redacted", () => {
    const policy = new HostPolicy({ kind: "invalid", reason: "The policy file is not valid: …" });
    expect(policy.refuseAction("START", web)).toContain("not valid");
    expect(policy.refuseLogs(web)).toContain("not valid");
    expect([policy.mayReadThrough(web), policy.mayRevealEnvironment(web)]).toEqual([false, false]);
    expect(policy.mayOverrideProtection).toBe(false);
    expect(policy.summary).toMatchObject({ mode: "invalid", allowedVerbs: [], logs: false });
  });

  test("[POL-5] what the hub is told fits the wire and names no container and no rule", () => {
    const policies = [
      new HostPolicy({ kind: "none" }),
      new HostPolicy({ kind: "invalid", reason: "x".repeat(5_000) }),
      policyOf({ readOnly: true }),
      policyOf({ actions: { allow: ["START"], deny: [byName("db-*")] }, redact: ["literal:hunter2"] }),
    ];
    for (const { summary } of policies) expect(hostPolicySchema.parse(summary)).toEqual(summary);
    expect(policies.map(({ summary }) => summary.mode)).toEqual(["none", "invalid", "read_only", "enforced"]);
    const told = JSON.stringify(policies.at(-1)?.summary);
    expect(told).not.toMatch(/db-|hunter2/);
    expect(policies.at(-1)?.summary).toMatchObject({ allowedVerbs: ["START"], deniedActions: 1, redactionRules: 1 });
  });

  test("a label that is only inherited is none", () => {
    expect(readsOf({ deny: [byLabel("constructor", null)] }).refuseLogs(web)).toBeNull();
  });
});

describe("names with stars", () => {
  test.each([
    ["db-1", "db-1", true],
    ["db-1", "db-*", true],
    ["db-", "db-*", true],
    ["mydb-1", "db-*", false],
    ["mydb-1", "*db*", true],
    ["web", "*", true],
    ["a.b", "a?b", false],
    ["axb", "a.b", false],
    ["", "*", true],
  ])("%s is like %s: %s", (text, pattern, expected) => {
    expect(isLike(text, pattern)).toBe(expected);
  });

  test("as a regular expression would have it", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    fc.assert(
      fc.property(text, pattern, (name, like) => {
        expect(isLike(name, like)).toBe(new RegExp(`^${like.replaceAll("*", ".*")}$`).test(name));
      }),
      { numRuns: 2_000 },
    );
  });
});
