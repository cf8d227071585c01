import { expect, test } from "vitest";
import { makeHost } from "../../dev/samples.ts";
import { enrollmentSteps, hasArrived } from "./enrollment-steps.ts";

const short = (...input: Parameters<typeof enrollmentSteps>): readonly string[] =>
  enrollmentSteps(...input).map((step) => `${step.state}: ${step.text}`);

const APPROVAL = { keyFingerprint: "1111 2222", hostname: "fra", address: "192.0.2.7", sinceNs: "1795000000000000000" };

test("nothing has happened yet", () => {
  expect(short(undefined, 0)).toEqual([
    "waiting: Waiting for the token to be used",
    "waiting: Key to be pinned",
    "waiting: Engine to be found",
    "waiting: No containers yet",
  ]);
});

test("arrived, but its engine refuses: the engine's own words are shown", () => {
  const host = makeHost({ engine: { state: "unreachable", code: "engine_permission", message: "permission denied" } });
  expect(enrollmentSteps(host, 0)[2]).toEqual({
    state: "failed",
    text: "Engine not reachable",
    detail: "permission denied",
  });
});

test("all there", () => {
  expect(short(makeHost(), 12)).toEqual([
    "done: Token used",
    "done: Key pinned",
    "done: Docker 29.0.1 found",
    "done: 12 containers",
  ]);
});

test("[HOST-01] a host that joins again has arrived only when its agent enrolled anew", () => {
  const host = makeHost();
  expect(hasArrived(host, host)).toBe(false);
  expect(hasArrived({ ...host, keyFingerprint: "0000" }, host)).toBe(true);
  expect(hasArrived({ ...host, approval: APPROVAL }, host)).toBe(true);
  expect(hasArrived(undefined, null)).toBe(true);
});

test("[HOST-02] an agent that waits shows its key and nothing of the agent before", () => {
  expect(enrollmentSteps(makeHost({ approval: APPROVAL }), 12)).toEqual([
    { state: "done", text: "Token used" },
    { state: "waiting", text: "Key to be approved", detail: APPROVAL.keyFingerprint },
    { state: "waiting", text: "Engine to be found" },
    { state: "waiting", text: "No containers yet" },
  ]);
});
