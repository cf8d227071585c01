import type { Arrived } from "../../live/arrivals.ts";
import type { FetchState } from "../../live/log-fetcher.ts";
import type { SeqRange } from "../../live/log-ranges.ts";
import type { LogFeed } from "../../live/log-session.ts";
import type { LogPattern, LogQuery } from "../../workers/log-messages.ts";

/** What the log view needs of whatever reads lines: one container's session, or several merged. */
export interface LogReader {
  /** Changes whenever there is something new to draw, once per frame at most. */
  readonly version: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  readonly feed: LogFeed;
  /** False until the lines that existed at the beginning are here; before that nothing is shown. */
  readonly hasOpened: boolean;
  readonly fetchState: FetchState;
  readonly arrived: Arrived;
  readonly query: LogQuery | null;
  /** Why the present search cannot be understood; `null` when it can. */
  readonly queryProblem: string | null;
  readonly isSearching: boolean;
  readonly linesPerSecond: number;
  readonly isEmpty: boolean;
  /** The seq behind the newest line held. */
  readonly endSeq: number;
  /** Lines per level among those held. */
  levelCounts(): readonly number[];
  /** Where somebody reads, so that those lines stay; `null` at the live end. */
  focus(seq: number | null): void;
  /** Asks for lines that are not held. Does nothing while it is being asked already. */
  load(range: SeqRange, side: "newest" | "oldest"): void;
  search(pattern: LogPattern, excludes: readonly string[]): void;
  /** Begins anew after a failure; what is held stays. */
  retry(): void;
}
