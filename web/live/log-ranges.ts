/** Sequence numbers from `fromSeq` up to, but without, `endSeq`. */
export type SeqRange = { readonly fromSeq: number; readonly endSeq: number };

/** The parts of `wanted` that none of `held` covers, ascending. `held` is ascending and does not overlap. */
export const missingIn = (wanted: SeqRange, held: readonly SeqRange[]): readonly SeqRange[] => {
  const missing: SeqRange[] = [];
  let fromSeq = wanted.fromSeq;
  for (const range of held) {
    if (range.endSeq <= fromSeq) continue;
    if (range.fromSeq >= wanted.endSeq) break;
    if (range.fromSeq > fromSeq) missing.push({ fromSeq, endSeq: range.fromSeq });
    fromSeq = range.endSeq;
  }
  if (fromSeq < wanted.endSeq) missing.push({ fromSeq, endSeq: wanted.endSeq });
  return missing;
};

/** Index of the last range that begins at or before `seq`; −1 when all begin after it. */
export const lastStartingBy = (ranges: readonly { readonly firstSeq: number }[], seq: number): number => {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.firstSeq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
