import { useMemo } from "react";
import type { LogReader } from "./log-reader.ts";
import { NOTHING_UNSEEN, type Reading, type Unseen, unseenFrom, unseenIn } from "./rows/reading.ts";
import { isFiltering, type LogRowList, type RowsWanted } from "./rows/row-list.ts";
import type { LogMoment } from "./use-log-moment.ts";

export type UnseenFacts = {
  readonly reader: LogReader;
  readonly buildRows: (wanted: RowsWanted) => LogRowList;
  readonly wanted: RowsWanted;
  readonly moment: LogMoment;
  readonly reading: Reading;
};

/** What has come since somebody left the end or paused, as much of it as would be seen: counted anew with each moment. */
export const useUnseen = ({ reader, buildRows, wanted, moment, reading }: UnseenFacts): Unseen => {
  const { filter, clearedSeq, isFolding, unfolded } = wanted;
  const { version } = moment;
  const seq = unseenFrom(reading);
  return useMemo(() => {
    void version;
    if (seq === null || !reader.hasOpened) return NOTHING_UNSEEN;
    const fromSeq = Math.max(seq, clearedSeq ?? 0);
    const rows = buildRows({ filter, clearedSeq: fromSeq, endSeq: null, isFolding, unfolded });
    return unseenIn(rows, isFiltering(filter));
  }, [reader, buildRows, filter, clearedSeq, isFolding, unfolded, version, seq]);
};
