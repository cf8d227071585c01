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

/** Lines that came since they would have been seen. */
export const unseenLines = (reading: Reading, endSeq: number): number => {
  switch (reading.status) {
    case "following":
      return 0;
    case "scrolled":
      return Math.max(0, endSeq - reading.seenEndSeq);
    case "paused":
      return Math.max(0, endSeq - reading.endSeq);
  }
};
