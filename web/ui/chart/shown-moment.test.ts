import { expect, test } from "vitest";
import { ShownMoment } from "./shown-moment.ts";

test("a moment is told once to whoever listens, until they leave", () => {
  const moment = new ShownMoment();
  const heard: (number | null)[] = [];
  const leave = moment.subscribe((atMs) => heard.push(atMs));
  for (const atMs of [1, 1, 2, null, null]) moment.show(atMs);
  leave();
  moment.show(3);
  expect(heard).toEqual([1, 2, null]);
});
