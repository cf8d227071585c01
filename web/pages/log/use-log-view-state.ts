import { ALL_LEVELS } from "@yardarm/protocol/log/level";
import { useCallback, useMemo, useState } from "react";
import { type LineSelection, NOTHING_SELECTED } from "./rows/selection.ts";

/** What is remembered about single lines while this view is open. What is looked at is in the address. */

export type Cleared = { readonly seq: number; readonly atMs: number };

export type LogViewState = {
  readonly cleared: Cleared | null;
  readonly currentSeq: number | null;
  /** The line that was gone to from elsewhere: it pulses once. */
  readonly pulseSeq: number | null;
  /** The line whose details are open. */
  readonly openSeq: number | null;
  readonly selection: LineSelection;
  /** Long lines that are shown whole. */
  readonly expanded: ReadonlySet<number>;
  /** Lines whose continuations are shown. */
  readonly unfolded: ReadonlySet<number>;
  /** A jump to a match that waits for the search to finish. */
  readonly awaitedJump: "forward" | "backward" | null;
  /** Said aloud. */
  readonly said: string;
  readonly change: (changes: Partial<LogViewFields>) => void;
  readonly say: (text: string) => void;
};

type LogViewFields = Omit<LogViewState, "change" | "say" | "said">;

const INITIAL: LogViewFields = {
  cleared: null,
  currentSeq: null,
  pulseSeq: null,
  openSeq: null,
  selection: NOTHING_SELECTED,
  expanded: new Set(),
  unfolded: new Set(),
  awaitedJump: null,
};

export const useLogViewState = (): LogViewState => {
  const [fields, setFields] = useState(INITIAL);
  const [said, say] = useState("");
  const change = useCallback(
    (changes: Partial<LogViewFields>) => setFields((former) => ({ ...former, ...changes })),
    [],
  );
  return useMemo(() => ({ ...fields, said, change, say }), [fields, said, change]);
};

/** Everything is shown again; what is searched for stays, as marks. */
export const WITHOUT_FILTERS = { levelMask: ALL_LEVELS, onlyMatches: false, excludes: [] } as const;
