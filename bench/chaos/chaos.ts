/** What a chaos program is, and what it gives back. */

export interface ChaosOptions {
  readonly seed: number;
  /** How long things are broken; settling comes on top. */
  readonly durationMs: number;
  /** How the agent reaches the engine's logs: their files, or the engine's API alone. */
  readonly source: "file" | "api";
  /** Where the hub stores everything. Default: sqlite. */
  readonly database?: "sqlite" | "postgres";
  /** For programs that count kills instead of minutes. */
  readonly kills?: number;
  /** Tells a person what is going on; never part of the result. */
  readonly progress: (sentence: string) => void;
}

/** The public form: other tools read it. */
export interface ChaosReport {
  readonly seed: number;
  /** Processes, connections and containers that were killed, cut or stalled. */
  readonly kills: number;
  /** Actions that the hub carried out or tried to, where it is about actions. */
  readonly actions?: number;
  /** Lines that the engine had, that are missing, and that no loss record covers; effects and audit rows that are not there. */
  readonly lost: number;
  /** Lines that came twice, in another order, or otherwise than the engine had them; effects beyond what was answered. */
  readonly doubled: number;
  /** Logs, viewers and actions that had not come to rest when the patience was over. */
  readonly unsettled: number;
  readonly ok: boolean;
}

export interface ChaosOutcome {
  readonly report: ChaosReport;
  /** Sentences for the reader: what was broken how often, what was written, and the first things found wrong. */
  readonly notes: readonly string[];
}

export type Chaos = (options: ChaosOptions) => Promise<ChaosOutcome>;
