import type { SeqRange } from "../../../live/log-ranges.ts";

/** Whole lines chosen at the gutter: ranges of numbers, so that ten thousand lines are as cheap as one. */

export type LineSelection = {
  /** Ascending, not touching. */
  readonly ranges: readonly SeqRange[];
  /** Where a range begins that is extended next; `null` while nothing is chosen. */
  readonly anchorSeq: number | null;
};

export const NOTHING_SELECTED: LineSelection = { ranges: [], anchorSeq: null };

export const isSelected = ({ ranges }: LineSelection, seq: number): boolean =>
  ranges.some(({ fromSeq, endSeq }) => fromSeq <= seq && seq < endSeq);

/** This line alone; once more, and nothing is selected. */
export const selectLine = (selection: LineSelection, seq: number): LineSelection => {
  const [only] = selection.ranges;
  const isAlone = selection.ranges.length === 1 && only?.fromSeq === seq && only.endSeq === seq + 1;
  return isAlone ? NOTHING_SELECTED : { ranges: [one(seq)], anchorSeq: seq };
};

/** Everything from the anchor to this line, in place of what was selected. */
export const extendTo = ({ anchorSeq }: LineSelection, seq: number): LineSelection => {
  const from = anchorSeq ?? seq;
  return { ranges: [{ fromSeq: Math.min(from, seq), endSeq: Math.max(from, seq) + 1 }], anchorSeq: from };
};

/** This line as well, or no longer. */
export const toggleLine = (selection: LineSelection, seq: number): LineSelection => {
  if (!isSelected(selection, seq)) return { ranges: joined([...selection.ranges, one(seq)]), anchorSeq: seq };
  const ranges = selection.ranges.flatMap(({ fromSeq, endSeq }) =>
    [
      { fromSeq, endSeq: Math.min(endSeq, seq) },
      { fromSeq: Math.max(fromSeq, seq + 1), endSeq },
    ].filter((range) => range.fromSeq < range.endSeq),
  );
  return ranges.length === 0 ? NOTHING_SELECTED : { ranges, anchorSeq: seq };
};

const one = (seq: number): SeqRange => ({ fromSeq: seq, endSeq: seq + 1 });

const joined = (ranges: readonly SeqRange[]): readonly SeqRange[] => {
  const out: SeqRange[] = [];
  for (const range of ranges.toSorted((left, right) => left.fromSeq - right.fromSeq)) {
    const last = out.at(-1);
    if (last !== undefined && range.fromSeq <= last.endSeq) {
      out[out.length - 1] = { fromSeq: last.fromSeq, endSeq: Math.max(last.endSeq, range.endSeq) };
    } else out.push(range);
  }
  return out;
};
