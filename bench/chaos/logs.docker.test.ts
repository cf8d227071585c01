import { expect, test } from "vitest";
import { chaosLogs } from "./logs.ts";

/** Half a minute of faults, and however long a busy machine needs to come to rest. */
const PATIENCE_MS = 400_000;

test("[LOGS-09] [LOGS-07] nothing is lost and nothing doubled while everything is killed at random", {
  timeout: PATIENCE_MS,
}, async () => {
  const { report, notes } = await chaosLogs({ seed: 20_261, source: "file", durationMs: 25_000, progress: () => {} });
  expect(report, notes.join("\n")).toMatchObject({ lost: 0, doubled: 0, unsettled: 0, ok: true });
  expect(report.kills, "kills").toBeGreaterThan(10);
});
