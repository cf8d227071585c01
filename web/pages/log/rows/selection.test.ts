import fc from "fast-check";
import { expect, test } from "vitest";
import { extendTo, isSelected, type LineSelection, NOTHING_SELECTED, selectLine, toggleLine } from "./selection.ts";

const selected = (selection: LineSelection): readonly number[] =>
  Array.from({ length: 60 }, (_, seq) => seq).filter((seq) => isSelected(selection, seq));

test("[LOGS-05] a click selects one line, once more none, shift a range from there, ctrl one more or less", () => {
  const one = selectLine(NOTHING_SELECTED, 5);
  expect(selected(one)).toEqual([5]);
  expect(selectLine(one, 5)).toBe(NOTHING_SELECTED);
  expect(selected(extendTo(one, 8))).toEqual([5, 6, 7, 8]);
  expect(selected(extendTo(extendTo(one, 8), 3))).toEqual([3, 4, 5]);
  expect(selected(toggleLine(toggleLine(one, 7), 6))).toEqual([5, 6, 7]);
  expect(selected(toggleLine(extendTo(one, 8), 6))).toEqual([5, 7, 8]);
  expect(toggleLine(one, 5)).toBe(NOTHING_SELECTED);
});

test("[LOGS-05] toggling lines in any order is a set of lines, in ranges that do not touch", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (toggled) => {
      const wanted = new Set<number>();
      let selection = NOTHING_SELECTED;
      for (const seq of toggled) {
        if (!wanted.delete(seq)) wanted.add(seq);
        selection = toggleLine(selection, seq);
      }
      expect(selected(selection)).toEqual([...wanted].toSorted((one, other) => one - other));
      for (const [index, { fromSeq }] of selection.ranges.entries()) {
        expect(fromSeq).toBeGreaterThan(selection.ranges[index - 1]?.endSeq ?? -1);
      }
    }),
  );
});
