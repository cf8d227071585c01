import { ACTION_VERBS } from "@yardarm/protocol/action";
import { expect, test } from "vitest";
import { chaosActions } from "./actions.ts";

/** A few seconds of faults, and however long a busy machine needs to settle everything. */
const DURATION_MS = 12_000;
const PATIENCE_MS = 400_000;

test("[ACTN-08] [ACTN-09] [AUDT-01] every action has its one effect or none, and is settled, while everything is killed where it passes", {
  timeout: PATIENCE_MS,
}, async () => {
  const { report, notes } = await chaosActions({
    ...{ seed: 20_262, source: "api", durationMs: DURATION_MS, progress: () => {} },
  });
  process.stdout.write(`${notes.join("\n")}\n`);
  expect(report, notes.join("\n")).toMatchObject({ lost: 0, doubled: 0, unsettled: 0, ok: true });
  expect(report.kills, "kills").toBeGreaterThan(0);
  expect(report.actions, "actions").toBeGreaterThan(20);
  expect(notes.filter((note) => ACTION_VERBS.some((verb) => note.startsWith(verb)))).toHaveLength(6);
});
