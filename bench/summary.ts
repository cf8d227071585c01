/** From measured series to the published result. */
import type { Goal, Series } from "./bench.ts";
import { median } from "./percentiles.ts";

/** One row of the published JSON. */
export interface BenchResult {
  readonly metric: string;
  /** Median of the runs. */
  readonly value: number;
  readonly unit: string;
  /** Median of the reference's runs; null where there is none. */
  readonly reference: number | null;
  readonly ratio: number | null;
  /** As text, for example "≤ 10 ms" or "ratio ≥ 0.9"; null where nothing is promised. */
  readonly goal: string | null;
  readonly ok: boolean | null;
  /** Lowest and highest of the runs. */
  readonly spread: readonly [number, number];
}

export interface BenchReport {
  readonly name: string;
  readonly machine: string;
  readonly results: readonly BenchResult[];
}

/** @throws RangeError for a series without values, or whose reference has another number of runs */
export const summarize = (series: Series): BenchResult => {
  const { metric, unit, values, references, goal } = series;
  if (values.length === 0) throw new RangeError(`${metric} was not measured.`);
  if (references !== undefined && references.length !== values.length) {
    throw new RangeError(`${metric} and its reference were not measured in the same runs.`);
  }
  const value = rounded(median(values));
  const reference = references === undefined ? null : rounded(median(references));
  const ratio = reference === null || reference === 0 ? null : rounded(value / reference);
  return {
    ...{ metric, value, unit, reference, ratio },
    goal: goal === undefined ? null : goalText(goal, unit),
    ok: goal === undefined ? null : isReached(goal, goal.of === "value" ? value : ratio),
    spread: [rounded(Math.min(...values)), rounded(Math.max(...values))],
  };
};

const goalText = ({ of, atMost, atLeast }: Goal, unit: string): string => {
  const bounds = [atLeast === undefined ? [] : [`≥ ${atLeast}`], atMost === undefined ? [] : [`≤ ${atMost}`]];
  const text = bounds.flat().join(" and ");
  return of === "ratio" ? `ratio ${text}` : `${text} ${unit}`;
};

const isReached = ({ atMost, atLeast }: Goal, value: number | null): boolean =>
  value !== null && value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);

/** Four significant digits, whole numbers beyond: more would pretend a precision that no run has. */
const rounded = (value: number): number => (Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
