import { expect, test } from "vitest";
import { chaosActions } from "./actions.ts";

/** Half a minute of faults, and however long a busy machine needs to settle everything. */
const PATIENCE_MS = 400_000;

test("[ACTN-08] [ACTN-09] [AUDT-01] every action has its one effect or none, and is settled, while everything is killed at random", {
  timeout: PATIENCE_MS,
}, async () => {
  const { report, notes } = await chaosActions({ seed: 20_262, source: "api", durationMs: 30_000, progress: () => {} });
  expect(report, notes.join("\n")).toMatchObject({ lost: 0, doubled: 0, unsettled: 0, ok: true });
  expect(report.kills, "kills").toBeGreaterThan(8);
  expect(report.actions, "actions").toBeGreaterThan(20);
});
