import { useMemo, useSyncExternalStore } from "react";
import type { FetchState } from "../../live/log-fetcher.ts";
import type { LogQuery } from "../../workers/log-messages.ts";
import { type CalmTimers, CalmVersion } from "./calm-version.ts";
import type { LogReader } from "./log-reader.ts";
import { CurrentRows } from "./rows/current-rows.ts";
import type { LogRowList, RowsWanted } from "./rows/row-list.ts";

/**
 * What a reader had at one moment. A reader goes on while the page is being drawn; whatever is drawn is taken from one moment, or a
 * search that is over would be shown beside rows that know no matches yet.
 */
export type LogMoment = {
  readonly rows: LogRowList;
  readonly version: number;
  readonly hasOpened: boolean;
  readonly isEmpty: boolean;
  readonly fetchState: FetchState;
  readonly query: LogQuery | null;
  readonly queryProblem: string | null;
  readonly isSearching: boolean;
  readonly linesPerSecond: number;
};

const TIMERS: CalmTimers = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Another moment a few times per second while lines come, at once for anything else that is new and when other rows are wanted. `current`
 * has the lines that came since, for whoever draws them with every frame.
 */
export const useLogMoment = (
  reader: LogReader,
  buildRows: (wanted: RowsWanted) => LogRowList,
  wanted: RowsWanted,
): { readonly moment: LogMoment; readonly current: CurrentRows } => {
  const calm = useMemo(() => new CalmVersion(reader, TIMERS), [reader]);
  const version = useSyncExternalStore(calm.subscribe, calm.version);
  const { filter, clearedSeq, endSeq, isFolding, unfolded } = wanted;
  const current = useMemo(
    () => new CurrentRows(reader, buildRows, { filter, clearedSeq, endSeq, isFolding, unfolded }),
    [reader, buildRows, filter, clearedSeq, endSeq, isFolding, unfolded],
  );
  const moment = useMemo(
    () => ({
      version,
      rows: current.renew(),
      hasOpened: reader.hasOpened,
      isEmpty: reader.isEmpty,
      fetchState: reader.fetchState,
      query: reader.query,
      queryProblem: reader.queryProblem,
      isSearching: reader.isSearching,
      linesPerSecond: reader.linesPerSecond,
    }),
    [reader, current, version],
  );
  return { moment, current };
};
