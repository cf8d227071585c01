import { useMemo, useSyncExternalStore } from "react";
import type { FetchState } from "../../live/log-fetcher.ts";
import type { LogQuery } from "../../workers/log-messages.ts";
import type { LogReader } from "./log-reader.ts";
import { NO_ROWS } from "./rows/log-rows.ts";
import type { LogRowList, RowsWanted } from "./rows/row-list.ts";

/**
 * What a reader had at one moment. A reader goes on while the page is being drawn; whatever is drawn is taken from one moment, or a
 * search that is over would be shown beside rows that know no matches yet.
 */
export type LogMoment = {
  readonly rows: LogRowList;
  readonly version: number;
  readonly endSeq: number;
  readonly isEmpty: boolean;
  readonly fetchState: FetchState;
  readonly query: LogQuery | null;
  readonly queryProblem: string | null;
  readonly isSearching: boolean;
  readonly linesPerSecond: number;
};

/** Another one with every frame in which the reader has news, and when other rows are wanted. */
export const useLogMoment = (
  reader: LogReader,
  buildRows: (wanted: RowsWanted) => LogRowList,
  wanted: RowsWanted,
): LogMoment => {
  const version = useSyncExternalStore(reader.subscribe, reader.version);
  const { filter, clearedSeq, endSeq, isFolding, unfolded } = wanted;
  return useMemo(
    () => ({
      version,
      rows: reader.hasOpened ? buildRows({ filter, clearedSeq, endSeq, isFolding, unfolded }) : NO_ROWS,
      endSeq: reader.endSeq,
      isEmpty: reader.isEmpty,
      fetchState: reader.fetchState,
      query: reader.query,
      queryProblem: reader.queryProblem,
      isSearching: reader.isSearching,
      linesPerSecond: reader.linesPerSecond,
    }),
    [reader, buildRows, version, filter, clearedSeq, endSeq, isFolding, unfolded],
  );
};
