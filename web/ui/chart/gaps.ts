/** Columns of one chart: stamps in milliseconds, ascending, and one column of equal length per series. */
export type ChartColumns = {
  readonly tsMs: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
};

/**
 * Breaks the lines where nothing was measured: between two points further apart than `longestStepMs` it inserts a
 * point without values, so that no line is drawn across time of which nothing is known.
 */
export const breakAtGaps = ({ tsMs, values }: ChartColumns, longestStepMs: number): ChartColumns => {
  const stamps: number[] = [];
  const columns: (number | null)[][] = values.map(() => []);
  for (const [index, at] of tsMs.entries()) {
    const before = tsMs[index - 1];
    if (before !== undefined && at - before > longestStepMs) {
      stamps.push(before + 1);
      for (const column of columns) column.push(null);
    }
    stamps.push(at);
    for (const [series, column] of columns.entries()) column.push(values[series]?.[index] ?? null);
  }
  return { tsMs: stamps, values: columns };
};
