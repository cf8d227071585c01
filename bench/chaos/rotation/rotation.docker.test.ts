import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type RotationCase, RotationWorld } from "./rotation-world.ts";

let world: RotationWorld;
beforeAll(async () => {
  world = await RotationWorld.open(inject("dockerHost").replace("unix://", ""));
});
afterAll(() => world.close());

/** The short form of `npm run chaos -- rotation`; how much a loaded machine loses is its own affair, undeclared is nothing. */
describe.each([
  { "max-size": "100k" },
  { "max-size": "100k", "max-file": "3" },
  { "max-size": "1m" },
  { "max-size": "100k", "max-file": "4", compress: "true" },
])("a json-file log that rotates (%o), read from its files", (options: RotationCase["options"]) => {
  test.each([false, true])(
    "[LOGS-09] each line once and in order, the rest declared; reader stalled: %s",
    async (isStalled) => {
      const asked: RotationCase = { driver: "json-file", options, isStalled, lines: 12_000 };
      const run = await world.readByAgent(asked, "file");
      expect(run).toMatchObject({ repeated: 0, undeclared: 0 });
      expect(run.delivered + run.missing).toBe(asked.lines);
    },
  );
});
