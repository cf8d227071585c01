/** Going from mark to mark (search matches, errors), round and round. */

export type MarkPlace = { readonly seq: number; readonly position: number; readonly total: number };

/**
 * The next mark after `fromSeq` (or before it); past the last one the first again. `null` when there is none.
 * `seqs` is ascending; `position` counts from 1.
 */
export const nextMark = (
  seqs: readonly number[],
  fromSeq: number | null,
  direction: "forward" | "backward",
): MarkPlace | null => {
  if (seqs.length === 0) return null;
  const total = seqs.length;
  const found =
    direction === "forward"
      ? seqs.findIndex((seq) => fromSeq === null || seq > fromSeq)
      : seqs.findLastIndex((seq) => fromSeq === null || seq < fromSeq);
  const index = found >= 0 ? found : direction === "forward" ? 0 : total - 1;
  return { seq: seqs[index] ?? 0, position: index + 1, total };
};

/** Which mark this is, counted from 1; `null` when it is none. */
export const markPosition = (seqs: readonly number[], seq: number | null): number | null => {
  const index = seq === null ? -1 : seqs.indexOf(seq);
  return index < 0 ? null : index + 1;
};
