import { ALL_LEVELS, ERROR, isInMask, type LevelMask } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_LOSS, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import type { LogChunk } from "../../../live/log-chunk.ts";
import { lastStartingBy } from "../../../live/log-ranges.ts";
import type { LogHole, LogStore } from "../../../live/log-store.ts";

/** What the list shows, row by row, out of what the store holds: filtered, cleared, frozen, with its holes. */

export type LogRow =
  | { readonly kind: "line" | "loss"; readonly seq: number; readonly chunk: LogChunk; readonly index: number }
  | { readonly kind: "hole"; readonly hole: LogHole }
  | { readonly kind: "cleared" };

export type RowFilter = {
  readonly levelMask: LevelMask;
  /** Only lines that the search matches. */
  readonly onlyMatches: boolean;
};

export type RowSource = {
  readonly store: LogStore;
  readonly filter: RowFilter;
  /** Lines before it are hidden behind one row; `null` hides none. */
  readonly clearedSeq: number | null;
  /** A paused view ends here; `null` shows everything. */
  readonly endSeq: number | null;
};

export const ALL_ROWS: RowFilter = { levelMask: ALL_LEVELS, onlyMatches: false };
export const isFiltering = ({ levelMask, onlyMatches }: RowFilter): boolean => levelMask !== ALL_LEVELS || onlyMatches;

const CLEARED_KEY = -1;
/** Keys of holes lie below those of anything else. */
const FIRST_HOLE_KEY = -2;

type Segment = {
  readonly firstRow: number;
  readonly rowCount: number;
} & (
  | { readonly kind: "hole"; readonly firstSeq: number; readonly hole: LogHole }
  /** Row i of it is line `indexes[i]`, or line `from + i` when nothing is hidden. */
  | {
      readonly kind: "lines";
      readonly firstSeq: number;
      readonly chunk: LogChunk;
      readonly from: number;
      readonly indexes: Uint32Array | null;
    }
  | { readonly kind: "cleared"; readonly firstSeq: number }
);

/** Rows as they were at one moment. Lines of the chunks that they name never change. */
export class LogRows {
  readonly count: number;
  /** Lines in the range of the view, shown or not. */
  readonly lineCount: number;
  /** Lines that the filter hides. */
  readonly hiddenCount: number;
  readonly #segments: readonly Segment[];
  #matchedSeqs: readonly number[] | null = null;

  constructor(segments: readonly Segment[], lineCount: number) {
    this.#segments = segments;
    const last = segments.at(-1);
    this.count = last === undefined ? 0 : last.firstRow + last.rowCount;
    this.lineCount = lineCount;
    const shown = segments.reduce((sum, { kind, rowCount }) => sum + (kind === "lines" ? rowCount : 0), 0);
    this.hiddenCount = lineCount - shown;
  }

  /** @throws RangeError beyond `count` */
  at(row: number): LogRow {
    const segment = this.#segmentAt(row);
    switch (segment.kind) {
      case "cleared":
        return { kind: "cleared" };
      case "hole":
        return { kind: "hole", hole: segment.hole };
      case "lines": {
        const index = lineIndex(segment, row - segment.firstRow);
        const { chunk } = segment;
        const kind = (chunk.flags(index) & FLAG_LOSS) === 0 ? "line" : "loss";
        return { kind, seq: chunk.firstSeq + index, chunk, index };
      }
    }
  }

  /** A number that stays with the row while others come and go; for lines their seq. */
  keyAt(row: number): number {
    const segment = this.#segmentAt(row);
    switch (segment.kind) {
      case "cleared":
        return CLEARED_KEY;
      case "hole":
        return FIRST_HOLE_KEY - segment.hole.fromSeq;
      case "lines":
        return segment.chunk.firstSeq + lineIndex(segment, row - segment.firstRow);
    }
  }

  /** The row of line `seq`, or of the first line shown after it; −1 when there is none. */
  rowOf(seq: number): number {
    for (let at = Math.max(0, this.#lastSegmentBy(seq)); at < this.#segments.length; at++) {
      const segment = this.#segments[at];
      if (segment?.kind !== "lines") continue;
      const row = rowIn(segment, seq);
      if (row < segment.rowCount) return segment.firstRow + row;
    }
    return -1;
  }

  /** True when exactly this line is shown. */
  shows(seq: number): boolean {
    const row = this.rowOf(seq);
    return row >= 0 && this.keyAt(row) === seq;
  }

  /** Shown lines that the search matches, ascending. */
  matchedSeqs(): readonly number[] {
    this.#matchedSeqs ??= this.#collect((chunk, index) => chunk.isMatched(index));
    return this.#matchedSeqs;
  }

  /** Shown lines that begin an error, ascending; what continues them does not count. */
  errorSeqs(): readonly number[] {
    return this.#collect((chunk, index) => {
      const flags = chunk.flags(index);
      return (flags & (FLAG_LOSS | FLAG_CONTINUATION)) === 0 && levelOfFlags(flags) >= ERROR;
    });
  }

  #collect(isWanted: (chunk: LogChunk, index: number) => boolean): readonly number[] {
    const seqs: number[] = [];
    for (const segment of this.#segments) {
      if (segment.kind !== "lines") continue;
      for (let row = 0; row < segment.rowCount; row++) {
        const index = lineIndex(segment, row);
        if (isWanted(segment.chunk, index)) seqs.push(segment.chunk.firstSeq + index);
      }
    }
    return seqs;
  }

  #segmentAt(row: number): Segment {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#segments[middle]?.firstRow ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    const segment = this.#segments[low];
    if (segment === undefined || row < 0 || row >= this.count) throw new RangeError("There is no such row.");
    return segment;
  }

  #lastSegmentBy(seq: number): number {
    return lastStartingBy(this.#segments, seq);
  }
}

const lineIndex = (segment: Segment & { readonly kind: "lines" }, row: number): number =>
  segment.indexes === null ? segment.from + row : (segment.indexes[row] ?? 0);

/** The first row of a segment whose line is `seq` or later. */
const rowIn = (segment: Segment & { readonly kind: "lines" }, seq: number): number => {
  const index = Math.max(0, seq - segment.chunk.firstSeq);
  if (segment.indexes === null) return Math.max(0, index - segment.from);
  let low = 0;
  let high = segment.rowCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segment.indexes[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
};

type Kept = { readonly version: number; readonly key: string; readonly indexes: Uint32Array };

/** Makes rows again and again; what did not change since the last time is not filtered anew. */
export class LogRowBuilder {
  readonly #kept = new WeakMap<LogChunk, Kept>();

  build({ store, filter, clearedSeq, endSeq }: RowSource): LogRows {
    const fromSeq = clearedSeq ?? 0;
    const beforeSeq = endSeq ?? Number.POSITIVE_INFINITY;
    const segments: Segment[] = [];
    let row = 0;
    let lineCount = 0;
    const add = (segment: Segment): void => {
      segments.push(segment);
      row += segment.rowCount;
    };
    if (clearedSeq !== null) add({ kind: "cleared", firstSeq: fromSeq, firstRow: row, rowCount: 1 });
    const holes = store.holes();
    let nextHole = 0;
    const addHolesBefore = (seq: number): void => {
      for (let hole = holes[nextHole]; hole !== undefined && hole.fromSeq < seq; hole = holes[++nextHole]) {
        if (hole.endSeq <= fromSeq || hole.fromSeq >= beforeSeq) continue;
        const clipped = { ...hole, fromSeq: Math.max(hole.fromSeq, fromSeq), endSeq: Math.min(hole.endSeq, beforeSeq) };
        add({ kind: "hole", firstSeq: clipped.fromSeq, hole: clipped, firstRow: row, rowCount: 1 });
      }
    };
    for (const chunk of store.chunks) {
      addHolesBefore(chunk.firstSeq);
      const from = Math.max(0, fromSeq - chunk.firstSeq);
      const end = Math.min(chunk.count, beforeSeq - chunk.firstSeq);
      if (from >= end) continue;
      lineCount += end - from;
      const indexes = isFiltering(filter) ? this.#filtered(chunk, { from, end }, filter) : null;
      const rowCount = indexes?.length ?? end - from;
      if (rowCount > 0) {
        add({ kind: "lines", firstSeq: chunk.firstSeq, chunk, from, indexes, firstRow: row, rowCount });
      }
    }
    addHolesBefore(Number.POSITIVE_INFINITY);
    return new LogRows(segments, lineCount);
  }

  #filtered(chunk: LogChunk, range: { readonly from: number; readonly end: number }, filter: RowFilter): Uint32Array {
    const key = `${filter.levelMask} ${filter.onlyMatches} ${range.from} ${range.end}`;
    const kept = this.#kept.get(chunk);
    if (kept?.version === chunk.version && kept.key === key) return kept.indexes;
    const indexes = new Uint32Array(range.end - range.from);
    let count = 0;
    for (let index = range.from; index < range.end; index++) {
      if (isShown(chunk, index, filter)) indexes[count++] = index;
    }
    const shown = indexes.slice(0, count);
    this.#kept.set(chunk, { version: chunk.version, key, indexes: shown });
    return shown;
  }
}

const isShown = (chunk: LogChunk, index: number, { levelMask, onlyMatches }: RowFilter): boolean => {
  const flags = chunk.flags(index);
  // What was lost is never hidden.
  if ((flags & FLAG_LOSS) !== 0) return true;
  return isInMask(levelMask, levelOfFlags(flags)) && (!onlyMatches || chunk.isMatched(index));
};
