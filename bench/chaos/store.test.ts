import { expect, test } from "vitest";
import { chaosStore } from "./store.ts";

test("[LOG-7] killed again and again while it commits and compacts, the store has every acknowledged line once", {
  timeout: 120_000,
}, async () => {
  const { report } = await chaosStore({ seed: 20_261_121, kills: 6, progress: () => {} });
  expect(report).toMatchObject({ kills: 6, lost: 0, doubled: 0, ok: true });
});
