import type { LogStreamName } from "../logs/log-message.ts";

/** One line of a demo program. */
export interface DemoLine {
  readonly text: string;
  /** Default stdout. */
  readonly stream?: LogStreamName;
  /** Follows the line before at once: part of the same stack trace, the same build step. */
  readonly joins?: boolean;
}

/**
 * What a container of the demo fleet says. Its log is a function of time: time is cut into slots of `intervalMs`, and
 * slot n always holds the same line. So a fleet that is started again continues its own history.
 */
export interface DemoProgram {
  readonly intervalMs: number;
  line(place: LinePlace): DemoLine;
  /** Written at each start. */
  readonly boot?: readonly string[];
  /** Ends by itself so long after each start, saying these last words on stderr. */
  readonly crash?: { readonly afterMs: number; readonly exitCode: number; readonly lastWords: readonly string[] };
}

export interface LinePlace {
  readonly seed: number;
  readonly slot: number;
  readonly tsNs: bigint;
}
