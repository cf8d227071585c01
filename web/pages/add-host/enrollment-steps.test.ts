import { expect, test } from "vitest";
import { makeHost } from "../../dev/samples.ts";
import { enrollmentSteps, hasArrived } from "./enrollment-steps.ts";

const short = (...input: Parameters<typeof enrollmentSteps>): readonly string[] =>
  enrollmentSteps(...input).map((step) => `${step.state}: ${step.text}`);

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
  const host = makeHost({ enrolledAtNs: "1795000000000000000" });
  expect(hasArrived(host, "1795000000000000000")).toBe(false);
  expect(hasArrived({ ...host, enrolledAtNs: "1795000000000000001" }, "1795000000000000000")).toBe(true);
  expect(hasArrived(undefined, null)).toBe(true);
});
