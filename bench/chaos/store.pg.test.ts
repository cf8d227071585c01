import { expect, test } from "vitest";
import { chaosStore } from "./store.ts";

test("[LOG-7] on PostgreSQL too: the hub is killed again and again while it commits and compacts", {
  timeout: 120_000,
}, async () => {
  const { report } = await chaosStore({ seed: 20_261_121, kills: 4, database: "postgres", progress: () => {} });
  expect(report).toMatchObject({ kills: 4, lost: 0, doubled: 0, ok: true });
});
