import fc from "fast-check";
import { expect, test } from "vitest";
import { missingIn, type SeqRange } from "./log-ranges.ts";

const rangesArbitrary = fc
  .uniqueArray(fc.nat(60), { maxLength: 12 })
  .map((cuts) => cuts.toSorted((a, b) => a - b))
  .map((cuts) =>
    Array.from({ length: Math.floor(cuts.length / 2) }, (_, index): SeqRange => {
      return { fromSeq: cuts[2 * index] ?? 0, endSeq: cuts[2 * index + 1] ?? 0 };
    }),
  );

test("what is missing is exactly what is wanted and not held", () => {
  fc.assert(
    fc.property(rangesArbitrary, fc.nat(60), fc.nat(60), (held, fromSeq, length) => {
      const endSeq = fromSeq + length;
      const isIn = (ranges: readonly SeqRange[], seq: number) => ranges.some((r) => r.fromSeq <= seq && seq < r.endSeq);
      const missing = missingIn({ fromSeq, endSeq }, held);
      for (let seq = 0; seq < 130; seq++) {
        expect(isIn(missing, seq)).toBe(seq >= fromSeq && seq < endSeq && !isIn(held, seq));
      }
      for (const range of missing) expect(range.fromSeq).toBeLessThan(range.endSeq);
    }),
  );
});
