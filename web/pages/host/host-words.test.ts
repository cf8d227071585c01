import type { HostPolicy } from "@yardarm/protocol/host";
import { expect, test } from "vitest";
import { clockWords, isSkewGrave, isSkewNotable } from "./clock-words.ts";
import { isCloneRecent } from "./clone-words.ts";
import { logSourceWords } from "./log-source-words.ts";
import { policyFacts, policySentence, policySummary } from "./policy-words.ts";

const open: HostPolicy = {
  mode: "none",
  reason: null,
  allowedVerbs: ["START", "STOP", "RESTART", "PAUSE", "UNPAUSE", "KILL"],
  protectedOverride: true,
  logs: true,
  readThrough: true,
  environment: true,
  deniedActions: 0,
  deniedReads: 0,
  redactionRules: 0,
};

test("[HOST-05] a policy is summed up in a few words, and an unknown one is not called none", () => {
  expect(policySummary(undefined)).toBeNull();
  expect(policySummary(open)).toBe("no policy file");
  expect(policySummary({ ...open, mode: "read_only" })).toBe("read-only by the host's owner");
});

test("[HOST-05] an invalid file says why it cannot be relied on", () => {
  const invalid: HostPolicy = { ...open, mode: "invalid", reason: "unknown field allowed_actions", allowedVerbs: [] };
  expect(policySentence(invalid)).toBe(
    "The policy file on this host cannot be relied on, so nothing is changed here: unknown field allowed_actions",
  );
});

test("[HOST-05] what the owner permits is listed", () => {
  const limited: HostPolicy = {
    ...open,
    mode: "enforced",
    allowedVerbs: ["START", "RESTART"],
    protectedOverride: false,
    environment: false,
    deniedActions: 2,
    deniedReads: 1,
    redactionRules: 1,
  };
  expect(Object.fromEntries(policyFacts(limited).map(({ name, value }) => [name, value]))).toMatchObject({
    Actions: "start, restart",
    "Protected containers": "nobody may override",
    Environment: "is never shown",
    "Single containers": "2 entries against actions, 1 entry against reading",
    Redaction: "1 rule before lines leave",
  });
  expect(policyFacts(open)[0]).toEqual({ name: "Actions", value: "all" });
});

test("[LOGS-14] how a log is read is said with its reason and how far behind it is", () => {
  expect(logSourceWords({ kind: "file", behindMs: 40 })).toEqual({
    text: "read from the engine's file",
    reason: null,
    tone: "muted",
  });
  expect(logSourceWords({ kind: "api", behindMs: 12_300, reason: "the engine is remote" })).toEqual({
    text: "read over the engine's API, behind by 12 s",
    reason: "the engine is remote",
    tone: "warn",
  });
  expect(logSourceWords({ kind: "pending", reason: "too many streams" })).toMatchObject({
    text: "not read yet",
    reason: "too many streams",
    tone: "warn",
  });
  expect(logSourceWords({ kind: "unreadable", reason: "syslog" }).tone).toBe("danger");
});

test("[HOST-04] a skew that the network explains is none", () => {
  expect(clockWords(null)).toBeNull();
  expect(clockWords(-499)).toBe("agrees with the hub");
  expect(clockWords(-90_000)).toBe("1 m behind the hub");
  expect(clockWords(2_500)).toBe("2.5 s ahead of the hub");
  expect(isSkewNotable(null)).toBe(false);
});

test("[HOST-04] a clock that somebody should set is minutes off, in either direction", () => {
  expect([null, 0, 59_999, 60_000, -600_000].map(isSkewGrave)).toEqual([false, false, false, true, true]);
});

test("[HOST-06] a copied identity is told for a day after it was last seen", () => {
  expect([null, 0, 24 * 3_600_000 - 1, 24 * 3_600_000].map(isCloneRecent)).toEqual([false, true, true, false]);
});
