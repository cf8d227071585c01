import { ALL_LEVELS, type LevelMask } from "@yardarm/protocol/log/level";
import type { LogChunk } from "../../../live/log-chunk.ts";
import type { LogHole } from "../../../live/log-store.ts";
import type { MarkList } from "./marks.ts";

/** What the list, the bar and the commands need of the rows that are shown, whatever they are made from. */

/** The lines that a row's text and looks are read from. What an index holds MUST never change. */
export type LineChunk = Pick<
  LogChunk,
  "flags" | "stampNs" | "stampMs" | "shape" | "lineBytes" | "lineText" | "lineLength" | "originalLength"
>;

/** Something that happened between two lines, told in a row of its own. */
export type LogMarker = {
  /** Stays with the marker; 0 or more. */
  readonly id: number;
  /**
   * Before the first line written after that moment (ms since the epoch), before or behind all lines, or where lines from
   * the host end and stored ones begin.
   */
  readonly at: number | "start" | "end" | "joint";
  readonly text: string;
  /** What can be done about it. */
  readonly action: string | null;
};

type LineFields = {
  /** The line's number: a container's seq, or, where logs are merged, a number of the view's own. */
  readonly seq: number;
  readonly chunk: LineChunk;
  readonly index: number;
  /** Lines that belong to this one, such as the frames of a stack trace; and whether they are folded under it. */
  readonly continuations: number;
  readonly isFolded: boolean;
};
export type LineRow = LineFields & { readonly kind: "line" };

export type LogRow =
  | LineRow
  /** A line's number and place, with the record of what was lost instead of a text. */
  | (LineFields & { readonly kind: "loss" })
  | { readonly kind: "hole"; readonly hole: LogHole }
  | { readonly kind: "marker"; readonly marker: LogMarker }
  | { readonly kind: "cleared" };

export type RowFilter = {
  readonly levelMask: LevelMask;
  /** Only lines that the search matches. */
  readonly onlyMatches: boolean;
  /** Leaves out the lines that the search excludes. */
  readonly excludes: boolean;
};

/** How the view wants its rows. */
export type RowsWanted = {
  readonly filter: RowFilter;
  /** Lines before it are hidden behind one row; `null` hides none. */
  readonly clearedSeq: number | null;
  /** A paused view ends here; `null` shows everything. */
  readonly endSeq: number | null;
  /** Whether continuations fold under their first line, except those of these lines. */
  readonly isFolding: boolean;
  readonly unfolded: ReadonlySet<number>;
};

export const ALL_ROWS: RowFilter = { levelMask: ALL_LEVELS, onlyMatches: false, excludes: false };
export const isFiltering = ({ levelMask, onlyMatches, excludes }: RowFilter): boolean =>
  levelMask !== ALL_LEVELS || onlyMatches || excludes;

/** Rows next to each other: lines of one chunk, or one row of another kind. */
export type RowRun = {
  readonly firstRow: number;
  readonly rowCount: number;
  /** Row i has the key `baseKey + indexes[i]`, or `baseKey + from + i`. */
  readonly baseKey: number;
  readonly from: number;
  readonly indexes: Uint32Array | null;
};

/** Rows as they were at one moment. */
export interface LogRowList {
  readonly count: number;
  /** All rows, in their order. */
  readonly runs: readonly RowRun[];
  /** Lines in the range of the view, shown or not. What was lost is no line. */
  readonly lineCount: number;
  /** Lines that the filter hides; folded ones are not hidden. */
  readonly hiddenCount: number;
  /** @throws RangeError beyond `count` */
  at(row: number): LogRow;
  /** A number that stays with the row while others come and go; for lines their seq. */
  keyAt(row: number): number;
  /** The row of line `seq`, or of the first line shown after it; −1 when there is none. */
  rowOf(seq: number): number;
  /** True when this very line has a row. */
  shows(seq: number): boolean;
  /** The line under which line `seq` is folded; `seq` itself when it is not. */
  headOf(seq: number): number;
  /** Lines that the search matches, folded ones too, without those that the filter hides. */
  matches(): MarkList;
  /** Lines that begin an error; what continues them does not count. */
  errors(): MarkList;
}
