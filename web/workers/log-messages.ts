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
  /** How each line is written: a `LineShape` (line-shape.ts). */
  readonly shapes: Uint8Array;
};

/** What is looked for in a line; `pattern` is RE2 syntax when `isRegex`. */
export type LogPattern = {
  readonly text: string;
  readonly isCaseSensitive: boolean;
  readonly isRegex: boolean;
};

/** What is searched for in every line; `id` tells answers to different questions apart. */
export type LogQuery = LogPattern & {
  readonly id: number;
  /** Lines that hold one of these texts are left out. */
  readonly excludes: readonly string[];
};

/** Bits of a line's match byte. */
export const MATCH_FOUND = 1;
export const MATCH_EXCLUDED = 2;

/** Bits for each line, as the query finds them. */
export type LogMatches = { readonly queryId: number; readonly matched: Uint8Array };

export type LogText = Pick<LogColumns, "firstSeq" | "count" | "offsets" | "text">;

export type ToLogWorker =
  /** A whole binary frame (kind, alias, batch); its buffer is given away. */
  | { readonly type: "frame"; readonly frame: ArrayBuffer }
  /** Answered once everything said before it has been answered. */
  | { readonly type: "mark"; readonly id: number }
  /** What the frames from here on are searched for. Answered only when the pattern is refused. */
  | { readonly type: "query"; readonly query: LogQuery | null }
  /** Searches lines that were decoded before the present query came. */
  | { readonly type: "scan"; readonly lines: LogText };

export type FromLogWorker =
  | { readonly type: "lines"; readonly lines: LogColumns; readonly matches: LogMatches | null }
  | { readonly type: "malformed"; readonly message: string }
  | { readonly type: "mark"; readonly id: number }
  | { readonly type: "scanned"; readonly firstSeq: number; readonly matches: LogMatches | null }
  /** The query's pattern is not valid; nothing matches it. `message` is the engine's own. */
  | { readonly type: "refused"; readonly queryId: number; readonly message: string };
