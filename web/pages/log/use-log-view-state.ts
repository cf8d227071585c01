import { ALL_LEVELS, type LevelMask } from "@yardarm/protocol/log/level";
import { useMemo, useState } from "react";
import { NO_SEARCH, type Search } from "./bar/search.ts";

/** What is looked at, and what is remembered about single lines, while this view is open. */

export type Cleared = { readonly seq: number; readonly atMs: number };

export type LogViewState = {
  readonly levelMask: LevelMask;
  readonly search: Search;
  readonly cleared: Cleared | null;
  readonly currentSeq: number | null;
  readonly expanded: ReadonlySet<number>;
  /** A jump to a match that waits for the search to finish. */
  readonly awaitedJump: "forward" | "backward" | null;
  /** Said aloud. */
  readonly said: string;
  readonly setLevelMask: (mask: LevelMask) => void;
  readonly setSearch: (search: Search) => void;
  readonly clearFilters: () => void;
  readonly setCleared: (cleared: Cleared | null) => void;
  readonly setCurrentSeq: (seq: number | null) => void;
  readonly expand: (seq: number) => void;
  readonly setAwaitedJump: (direction: "forward" | "backward" | null) => void;
  readonly say: (text: string) => void;
};

export const useLogViewState = (): LogViewState => {
  const [levelMask, setLevelMask] = useState<LevelMask>(ALL_LEVELS);
  const [search, setSearch] = useState<Search>(NO_SEARCH);
  const [cleared, setCleared] = useState<Cleared | null>(null);
  const [currentSeq, setCurrentSeq] = useState<number | null>(null);
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const [awaitedJump, setAwaitedJump] = useState<"forward" | "backward" | null>(null);
  const [said, say] = useState("");
  return useMemo(
    () => ({
      levelMask,
      search,
      cleared,
      currentSeq,
      expanded,
      awaitedJump,
      said,
      setLevelMask,
      setSearch,
      clearFilters: () => {
        setLevelMask(ALL_LEVELS);
        setSearch((former) => ({ ...former, onlyMatches: false }));
      },
      setCleared,
      setCurrentSeq,
      expand: (seq) => setExpanded((former) => new Set([...former, seq])),
      setAwaitedJump,
      say,
    }),
    [levelMask, search, cleared, currentSeq, expanded, awaitedJump, said],
  );
};
