import { formatCount } from "../../../format/percent.ts";
import type { LogRowList } from "./row-list.ts";

/** How somebody reads: at the end, somewhere above, or with time standing still. */

export type Reading =
  | { readonly status: "following" }
  /** `seenEndSeq`: lines from there on have not been on screen. */
  | { readonly status: "scrolled"; readonly seenEndSeq: number }
  /** Lines from `endSeq` on wait. `thenFollow`: whether resuming goes to the end. */
  | { readonly status: "paused"; readonly endSeq: number; readonly sinceMs: number; readonly thenFollow: boolean };

export type ReadingEvent =
  | { readonly type: "leftEnd"; readonly endSeq: number }
  | { readonly type: "reachedEnd" }
  | { readonly type: "saw"; readonly endSeq: number }
  | { readonly type: "paused"; readonly endSeq: number; readonly nowMs: number }
  | { readonly type: "resumed" }
  /** To the newest line, whatever was before. */
  | { readonly type: "wentToEnd" };

export const FOLLOWING: Reading = { status: "following" };

export const nextReading = (reading: Reading, event: ReadingEvent): Reading => {
  switch (event.type) {
    case "leftEnd":
      if (reading.status === "paused") return { ...reading, thenFollow: false };
      return reading.status === "following" ? { status: "scrolled", seenEndSeq: event.endSeq } : reading;
    case "reachedEnd":
      return reading.status === "paused" ? { ...reading, thenFollow: true } : FOLLOWING;
    case "saw":
      return reading.status === "scrolled" && event.endSeq > reading.seenEndSeq
        ? { status: "scrolled", seenEndSeq: event.endSeq }
        : reading;
    case "paused": {
      if (reading.status === "paused") return reading;
      const { endSeq, nowMs } = event;
      return { status: "paused", endSeq, sinceMs: nowMs, thenFollow: reading.status === "following" };
    }
    case "resumed":
      if (reading.status !== "paused") return reading;
      return reading.thenFollow ? FOLLOWING : { status: "scrolled", seenEndSeq: reading.endSeq };
    case "wentToEnd":
      return FOLLOWING;
  }
};

/** Lines from there on came since they would have been seen; `null` while everything is. */
export const unseenFrom = (reading: Reading): number | null => {
  switch (reading.status) {
    case "following":
      return null;
    case "scrolled":
      return reading.seenEndSeq;
    case "paused":
      return reading.endSeq;
  }
};

/** Lines that would be seen. `isMore`: some are on the hub only, and whether the filter shows those nobody knows yet. */
export type Unseen = { readonly count: number; readonly isMore: boolean };

export const NOTHING_UNSEEN: Unseen = { count: 0, isMore: false };

/** What there is to see in `rows`, which begin with the first line that has not been seen. */
export const unseenIn = (rows: LogRowList, isFiltered: boolean): Unseen => {
  let away = 0;
  for (const { firstRow, rowCount } of rows.runs) {
    const row = rowCount === 1 ? rows.at(firstRow) : null;
    if (row?.kind === "hole" && row.hole.kind === "notLoaded") away += row.hole.endSeq - row.hole.fromSeq;
  }
  const held = rows.lineCount - rows.hiddenCount;
  return isFiltered ? { count: held, isMore: away > 0 } : { count: held + away, isMore: false };
};

/** `1,204`; `1,204+` when there may be more. */
export const unseenText = ({ count, isMore }: Unseen): string => `${formatCount(count)}${isMore ? "+" : ""}`;
