/** What a page says to its log worker, and what that answers, strictly in the order of what was said. */

/** Decoded lines as columns. The arrays may be views of larger buffers, which travel with them without a copy. */
export type LogColumns = {
  readonly firstSeq: number;
  readonly count: number;
  readonly flags: Uint8Array;
  /** Line i is `text` from entry i to entry i + 1; one entry more than lines. */
  readonly offsets: Uint32Array;
  /** ns since the epoch. */
  readonly stampsNs: BigInt64Array;
  readonly text: Uint8Array;
  /** Of lines that were cut: index and the bytes that the container wrote. */
  readonly originalBytes: readonly (readonly [index: number, bytes: number])[];
};

/** What is searched for in every line; `id` tells answers to different questions apart. */
export type LogQuery = { readonly id: number; readonly text: string; readonly isCaseSensitive: boolean };

/** 1 for each line that the query matches. */
export type LogMatches = { readonly queryId: number; readonly matched: Uint8Array };

export type LogText = Pick<LogColumns, "firstSeq" | "count" | "offsets" | "text">;

export type ToLogWorker =
  /** A whole binary frame (kind, alias, batch); its buffer is given away. */
  | { readonly type: "frame"; readonly frame: ArrayBuffer }
  /** Answered once everything said before it has been answered. */
  | { readonly type: "mark"; readonly id: number }
  /** What the frames from here on are searched for. */
  | { readonly type: "query"; readonly query: LogQuery | null }
  /** Searches lines that were decoded before the present query came. */
  | { readonly type: "scan"; readonly lines: LogText };

export type FromLogWorker =
  | { readonly type: "lines"; readonly lines: LogColumns; readonly matches: LogMatches | null }
  | { readonly type: "malformed"; readonly message: string }
  | { readonly type: "mark"; readonly id: number }
  | { readonly type: "scanned"; readonly firstSeq: number; readonly matches: LogMatches | null };
