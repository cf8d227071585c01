import { expect, test } from "vitest";
import { createRandom } from "../../testkit/random.ts";
import { faultName, planFaults } from "./fault-plan.ts";

const plan = (seed: number, durationMs: number) =>
  planFaults(createRandom(seed), { durationMs, viewers: 3, containers: 5 });

test("[LOGS-09] a seed is a schedule, and another seed another one", () => {
  expect(plan(7, 60_000)).toEqual(plan(7, 60_000));
  expect(plan(8, 60_000)).not.toEqual(plan(7, 60_000));
});

test("[LOGS-09] ten minutes break everything in every way, and a longer run begins like a shorter one", () => {
  const faults = plan(1, 600_000);
  const kinds = new Set(faults.map(faultName));
  for (const target of ["agent", "hub", "engine", "container", "recreation"]) {
    expect(kinds).toContain(`${target} SIGKILL`);
    expect(kinds).toContain(`${target} SIGTERM`);
  }
  for (const way of ["network cut", "network half-close", "network stall", "viewer cut", "viewer stall"]) {
    expect(kinds).toContain(way);
  }
  expect(kinds).toContain("engine SIGKILL in a rotation");
  expect(faults.filter(({ atMs }) => atMs < 30_000)).toEqual(plan(1, 30_000));
});
