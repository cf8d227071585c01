import { asId, type WorkloadId } from "@yardarm/protocol/ids";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SOURCE_COLOURS, SourceColours } from "./source-colours.ts";

const id = (number: number): WorkloadId => asId<WorkloadId>(`wkl_${String(number).padStart(10, "0")}`);
const ids = fc.uniqueArray(fc.integer({ min: 0, max: 99_999 }), { maxLength: 30 }).map((numbers) => numbers.map(id));

const shown = (colours: SourceColours, present: readonly WorkloadId[]): readonly string[] => {
  colours.show(present);
  return present.map((workloadId) => colours.of(workloadId));
};

describe("[LOGS-13] colours of sources", () => {
  test("of those on screen at once repeat only when all are taken, and evenly", () => {
    fc.assert(
      fc.property(ids, (present) => {
        const counts = new Map<string, number>();
        for (const colour of shown(new SourceColours(), present)) counts.set(colour, (counts.get(colour) ?? 0) + 1);
        expect(Math.max(0, ...counts.values())).toBe(Math.ceil(present.length / SOURCE_COLOURS));
      }),
    );
  });

  test("stay while others come and go, and come back with their source", () => {
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 6 }), (views) => {
        const colours = new SourceColours();
        const first = new Map<WorkloadId, string>();
        for (const present of views) {
          for (const [index, colour] of shown(colours, present).entries()) {
            const workloadId = present[index] ?? id(0);
            expect(colour).toBe(first.get(workloadId) ?? colour);
            first.set(workloadId, colour);
          }
        }
      }),
    );
  });

  test("of one that comes is free while there is a free one, whoever was there before", () => {
    const colours = new SourceColours();
    colours.show([1, 2, 3, 4, 5, 6, 7, 8].map(id));
    const stayed = [1, 2, 3, 4, 5].map(id);
    const now = shown(colours, [...stayed, id(100), id(101), id(102), id(103)]);
    expect(new Set(now).size).toBe(now.length);
  });

  test("do not hang on the order in which sources are named", () => {
    fc.assert(
      fc.property(ids, (present) => {
        expect(shown(new SourceColours(), present)).toEqual(
          shown(new SourceColours(), present.toReversed()).toReversed(),
        );
      }),
    );
  });
});
