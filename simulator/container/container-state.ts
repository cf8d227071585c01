import type { HealthStatus } from "./container-spec.ts";
import type { LoadMeter } from "./load-meter.ts";

/** One run: from a start to the end of the main process. */
export interface Run {
  readonly startedNs: bigint;
  readonly pid: number;
  readonly meter: LoadMeter;
}

/** How the last run ended. */
export interface Ending {
  readonly startedNs: bigint;
  readonly finishedNs: bigint;
  readonly exitCode: number;
  readonly isOomKilled: boolean;
}

export type ContainerState =
  | { readonly status: "created" }
  | { readonly status: "running"; readonly run: Run }
  | { readonly status: "paused"; readonly run: Run }
  | { readonly status: "restarting"; readonly ending: Ending; readonly cancel: () => void }
  | { readonly status: "exited"; readonly ending: Ending }
  | { readonly status: "removing"; readonly ending: Ending | undefined };

export interface Health {
  readonly status: HealthStatus;
  readonly failingStreak: number;
  readonly sinceNs: bigint;
  readonly output: string;
}

/** The run in progress, or undefined. */
export const runOf = (state: ContainerState): Run | undefined =>
  state.status === "running" || state.status === "paused" ? state.run : undefined;

export const endingOf = (state: ContainerState): Ending | undefined =>
  state.status === "restarting" || state.status === "exited" || state.status === "removing" ? state.ending : undefined;

/** The engine counts a container that waits for its next start as running. */
export const isLive = (state: ContainerState): boolean => runOf(state) !== undefined || state.status === "restarting";

/** What a container did before the simulation began; without `finishedNs` it still runs. */
export interface AssumedPast {
  readonly startedNs: bigint;
  readonly finishedNs?: bigint;
  readonly exitCode?: number;
  readonly isOomKilled?: boolean;
  readonly restartCount?: number;
}
