/** What a bench is, and what it gives back. */

/** What a figure is held against: the value itself, or its ratio to the reference. */
export interface Goal {
  readonly of: "value" | "ratio";
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One figure, measured several times. */
export interface Series {
  readonly metric: string;
  readonly unit: string;
  /** One value per run, in the order of the runs. */
  readonly values: readonly number[];
  /** The same figure of the limit or peer, measured in the same runs. */
  readonly references?: readonly number[];
  readonly goal?: Goal;
}

export interface BenchOutcome {
  readonly series: readonly Series[];
  /** Sentences for the reader of the table: what ran, what disturbed it. */
  readonly notes: readonly string[];
}

export interface BenchContext {
  /** Tells a person what is going on; never part of the result. */
  readonly progress: (sentence: string) => void;
  /** A search over a million stored lines runs all the time, where the bench knows how. */
  readonly isSearching: boolean;
  /** Only this part of the bench, where it has parts; `null`: all of it. */
  readonly part: string | null;
}

export type Bench = (context: BenchContext) => Promise<BenchOutcome>;

/** At least three, so that a median means something. */
export const RUNS = 3;
