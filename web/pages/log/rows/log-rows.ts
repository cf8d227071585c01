import { FLAG_CONTINUATION, FLAG_LOSS } from "@yardarm/protocol/log/line-flags";
import type { LogChunk } from "../../../live/log-chunk.ts";
import { lastStartingBy } from "../../../live/log-ranges.ts";
import type { LogHole } from "../../../live/log-store.ts";
import { lowerBound, MarkList } from "./marks.ts";
import type { LogMarker, LogRow, LogRowList, RowRun } from "./row-list.ts";

/** The rows of one store at one moment: segments of lines, and single rows between them. */

const CLEARED_KEY = -1;
/** Keys of holes lie below those of anything else; markers lie half-way between them. */
const FIRST_HOLE_KEY = -2;
const FIRST_MARKER_KEY = -1.5;

/** Row i of it is line `indexes[i]`, or line `from + i` when nothing is hidden. */
export type LineSegment = {
  readonly kind: "lines";
  readonly firstSeq: number;
  readonly chunk: LogChunk;
  readonly from: number;
  readonly end: number;
  readonly indexes: Uint32Array | null;
  readonly firstRow: number;
  readonly rowCount: number;
};

export type Segment =
  | LineSegment
  | {
      readonly kind: "hole";
      readonly firstSeq: number;
      readonly hole: LogHole;
      readonly firstRow: number;
      readonly rowCount: 1;
    }
  | {
      readonly kind: "marker";
      readonly firstSeq: number;
      readonly marker: LogMarker;
      readonly firstRow: number;
      readonly rowCount: 1;
    }
  | { readonly kind: "cleared"; readonly firstSeq: number; readonly firstRow: number; readonly rowCount: 1 };

/** `losses`: records of lost lines, which have a line's number and are none. */
export type RowCounts = { readonly lines: number; readonly losses: number; readonly folded: number };

/** Finds marks of a chunk's lines `from` to `end`. */
export type FindMarks = (segment: LineSegment) => Uint32Array;

export type RowsOptions = {
  readonly segments: readonly Segment[];
  readonly counts: RowCounts;
  readonly unfolded: ReadonlySet<number>;
  readonly isFolding: boolean;
  readonly findMatches: FindMarks;
  readonly findErrors: FindMarks;
};

export class LogRows implements LogRowList {
  readonly count: number;
  readonly lineCount: number;
  readonly hiddenCount: number;
  readonly #options: RowsOptions;
  readonly #segments: readonly Segment[];
  #runs: readonly RowRun[] | null = null;
  #matches: MarkList | null = null;
  #errors: MarkList | null = null;

  constructor(options: RowsOptions) {
    this.#options = options;
    this.#segments = options.segments;
    const last = this.#segments.at(-1);
    this.count = last === undefined ? 0 : last.firstRow + last.rowCount;
    const { lines, losses, folded } = options.counts;
    this.lineCount = lines - losses;
    // A loss is always shown.
    let shown = folded - losses;
    for (const { kind, rowCount } of this.#segments) if (kind === "lines") shown += rowCount;
    this.hiddenCount = this.lineCount - shown;
  }

  get runs(): readonly RowRun[] {
    this.#runs ??= this.#segments.map((segment) => {
      const { firstRow, rowCount } = segment;
      if (segment.kind !== "lines") return { firstRow, rowCount, baseKey: keyOf(segment), from: 0, indexes: null };
      const { chunk, from, indexes } = segment;
      return { firstRow, rowCount, baseKey: chunk.firstSeq, from, indexes };
    });
    return this.#runs;
  }

  at(row: number): LogRow {
    const segment = this.#segmentAt(row);
    switch (segment.kind) {
      case "cleared":
        return { kind: "cleared" };
      case "hole":
        return { kind: "hole", hole: segment.hole };
      case "marker":
        return { kind: "marker", marker: segment.marker };
      case "lines": {
        const index = lineIndex(segment, row - segment.firstRow);
        const { chunk } = segment;
        const seq = chunk.firstSeq + index;
        const kind = (chunk.flags(index) & FLAG_LOSS) === 0 ? "line" : "loss";
        const continuations = this.#continuationsAfter(segment, index);
        const isFolded = continuations > 0 && this.#options.isFolding && !this.#options.unfolded.has(seq);
        return { kind, seq, chunk, index, continuations, isFolded };
      }
    }
  }

  keyAt(row: number): number {
    const segment = this.#segmentAt(row);
    if (segment.kind !== "lines") return keyOf(segment);
    return segment.chunk.firstSeq + lineIndex(segment, row - segment.firstRow);
  }

  rowOf(seq: number): number {
    for (let at = Math.max(0, lastStartingBy(this.#segments, seq)); at < this.#segments.length; at++) {
      const segment = this.#segments[at];
      if (segment?.kind !== "lines") continue;
      const row = rowIn(segment, seq);
      if (row < segment.rowCount) return segment.firstRow + row;
    }
    return -1;
  }

  shows(seq: number): boolean {
    const row = this.rowOf(seq);
    return row >= 0 && this.keyAt(row) === seq;
  }

  headOf(seq: number): number {
    if (!this.#options.isFolding || this.shows(seq)) return seq;
    let at = lastStartingBy(this.#segments, seq);
    let head = seq;
    while (at >= 0) {
      const segment = this.#segments[at];
      if (segment?.kind !== "lines") return seq;
      for (let index = Math.min(head - segment.chunk.firstSeq, segment.end - 1); index >= segment.from; index--) {
        head = segment.chunk.firstSeq + index;
        if ((segment.chunk.flags(index) & FLAG_CONTINUATION) === 0 || this.shows(head)) return head;
      }
      head -= 1;
      at -= 1;
    }
    return seq;
  }

  matches(): MarkList {
    this.#matches ??= this.#collect(this.#options.findMatches);
    return this.#matches;
  }

  errors(): MarkList {
    this.#errors ??= this.#collect(this.#options.findErrors);
    return this.#errors;
  }

  #collect(find: FindMarks): MarkList {
    const lines = this.#segments.filter((segment) => segment.kind === "lines");
    return new MarkList(lines.map((segment) => ({ firstSeq: segment.chunk.firstSeq, indexes: find(segment) })));
  }

  #continuationsAfter(segment: LineSegment, index: number): number {
    let count = 0;
    let { chunk, end } = segment;
    let next = index + 1;
    for (let at = this.#segments.indexOf(segment); ; ) {
      while (next < end && (chunk.flags(next) & FLAG_CONTINUATION) !== 0) {
        count += 1;
        next += 1;
      }
      if (next < end) return count;
      at += 1;
      const following = this.#segments[at];
      if (following?.kind !== "lines" || following.chunk.firstSeq + following.from !== chunk.firstSeq + end)
        return count;
      ({ chunk, end } = following);
      next = following.from;
    }
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
}

export const NO_ROWS = new LogRows({
  segments: [],
  counts: { lines: 0, losses: 0, folded: 0 },
  unfolded: new Set(),
  isFolding: false,
  findMatches: () => new Uint32Array(),
  findErrors: () => new Uint32Array(),
});

const keyOf = (segment: Exclude<Segment, LineSegment>): number => {
  switch (segment.kind) {
    case "cleared":
      return CLEARED_KEY;
    case "hole":
      return FIRST_HOLE_KEY - segment.hole.fromSeq;
    case "marker":
      return FIRST_MARKER_KEY - segment.marker.id;
  }
};

const lineIndex = (segment: LineSegment, row: number): number =>
  segment.indexes === null ? segment.from + row : (segment.indexes[row] ?? 0);

/** The first row of a segment whose line is `seq` or later. */
const rowIn = (segment: LineSegment, seq: number): number => {
  const index = Math.max(0, seq - segment.chunk.firstSeq);
  return segment.indexes === null ? Math.max(0, index - segment.from) : lowerBound(segment.indexes, index);
};
