import { asId, type ContainerId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { extended, NO_SELECTION, type Selection, toggled, toggledAll } from "./selection.ts";

const id = (letter: string): ContainerId => asId<ContainerId>(`ctr_${letter}`);
const order = ["a", "b", "c", "d", "e"].map(id);
const chosen = ({ ids }: Selection): string => order.flatMap((each) => (ids.has(each) ? [each.slice(4)] : [])).join("");

test("[ACTN-11] one is chosen, and then no longer", () => {
  const one = toggled(NO_SELECTION, id("b"));
  expect(chosen(one)).toBe("b");
  expect(chosen(toggled(one, id("b")))).toBe("");
});

test("[ACTN-11] a range follows what was chosen last, in either direction and both ways", () => {
  const some = extended(toggled(NO_SELECTION, id("d")), order, id("b"));
  expect(chosen(some)).toBe("bcd");
  expect(chosen(extended(some, order, id("e")))).toBe("bcde");
  const without = toggled(some, id("c"));
  expect(chosen(extended(without, order, id("d")))).toBe("b");
});

test("[ACTN-11] a range from what is no longer on screen chooses only where it ends", () => {
  const hidden = toggled(NO_SELECTION, id("z"));
  expect(chosen(extended(hidden, order, id("c")))).toBe("c");
  expect(chosen(extended(NO_SELECTION, order, id("c")))).toBe("c");
});

test("[ACTN-11] all that match are chosen beside those that do not, and then no longer", () => {
  const other = toggled(NO_SELECTION, id("z"));
  const all = toggledAll(other, order);
  expect(chosen(all)).toBe("abcde");
  expect(all.ids.has(id("z"))).toBe(true);
  const none = toggledAll(all, order);
  expect(chosen(none)).toBe("");
  expect(none.ids.has(id("z"))).toBe(true);
});
