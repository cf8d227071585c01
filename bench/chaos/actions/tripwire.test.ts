import { expect, test } from "vitest";
import { Tripwire } from "./tripwire.ts";

test("it springs once, at its place, and holds what passes until it is over", async () => {
  const wire = new Tripwire();
  const over = Promise.withResolvers<"drop">();
  const armed = wire.arm("reported", () => over.promise, 60_000);
  expect(await wire.pass("stored")).toBe("forward");
  const held = wire.pass("reported");
  expect(await wire.pass("reported")).toBe("forward");
  expect(await armed).toBe(true);
  over.resolve("drop");
  expect(await held).toBe("drop");
});

test("nobody passes: nothing stays armed; what has begun to spring counts as sprung, however long it takes", async () => {
  const wire = new Tripwire();
  expect(await wire.arm("asked", async () => "drop", 1)).toBe(false);
  expect(await wire.pass("asked")).toBe("forward");
  const over = Promise.withResolvers<"forward">();
  const armed = wire.arm("asked", () => over.promise, 20);
  const held = wire.pass("asked");
  expect(await armed).toBe(true);
  over.resolve("forward");
  expect(await held).toBe("forward");
});
