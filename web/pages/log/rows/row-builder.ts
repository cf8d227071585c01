import { ERROR, isInMask } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_LOSS, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { HOST_LINES_END } from "../../../live/host-lines.ts";
import type { LogChunk } from "../../../live/log-chunk.ts";
import type { LogHole, LogStore } from "../../../live/log-store.ts";
import { lostSeqs } from "../line/notes.ts";
import { type LineSegment, LogRows, type Segment } from "./log-rows.ts";
import { lowerBound } from "./marks.ts";
import { isFiltering, type LogMarker, type RowFilter, type RowsWanted } from "./row-list.ts";

/** What the list shows, row by row, out of what a store holds: filtered, folded, cleared, frozen, with its holes. */

export type RowSource = RowsWanted & {
  readonly store: Pick<LogStore, "chunks" | "holes" | "span">;
  readonly markers: readonly LogMarker[];
  /** Lines from the host, in front of what is stored. */
  readonly older?: readonly LogChunk[];
};

/** What was found out about lines `from` to `end` of a chunk; valid while `key` and the chunk's version are the same. */
type Kept = {
  readonly version: number;
  readonly key: string;
  readonly indexes: Uint32Array;
  readonly folded: number;
  /** The state behind the last line, for the chunk that follows. */
  readonly fold: Fold;
};
type Marks = { readonly version: number; readonly key: string; readonly indexes: Uint32Array };

/** What a continuation would fold under: the first line of its run, and whether the filter shows that. */
type Fold = { readonly headSeq: number; readonly isShown: boolean } | null;

/** Makes rows again and again; what did not change since the last time is not filtered anew. */
export class LogRowBuilder {
  readonly #kept = new WeakMap<LogChunk, Kept>();
  readonly #matches = new WeakMap<LogChunk, Marks>();
  readonly #errors = new WeakMap<LogChunk, Marks>();
  #unfolded: ReadonlySet<number> = new Set();
  #unfoldedVersion = 0;

  build(source: RowSource): LogRows {
    const { store, filter, clearedSeq, endSeq, unfolded } = source;
    if (unfolded !== this.#unfolded) {
      this.#unfolded = unfolded;
      this.#unfoldedVersion += 1;
    }
    // A match that is shown alone must not be hidden inside a fold.
    const isFolding = source.isFolding && !filter.onlyMatches;
    const fromSeq = clearedSeq ?? 0;
    const beforeSeq = endSeq ?? Number.POSITIVE_INFINITY;
    const holes = store.holes();
    // The ends of the log are on show only when nothing that could be loaded lies beyond them.
    const isWhole = clearedSeq === null && (holes[0]?.fromSeq !== 0 || holes[0].kind === "notStored");
    const [firstMs] = isWhole ? [Number.NEGATIVE_INFINITY] : (store.span() ?? [Number.POSITIVE_INFINITY]);
    const markers = source.markers.filter(({ at }) =>
      typeof at === "number" ? at >= firstMs : at === "end" ? endSeq === null : isWhole,
    );
    const older = isWhole ? (source.older ?? []) : [];
    const out = new SegmentList(markers);
    if (clearedSeq !== null) out.addRow({ kind: "cleared", firstSeq: fromSeq });
    // What the host still has is not missing.
    let nextHole = older.length > 0 && holes[0]?.fromSeq === 0 ? 1 : 0;
    const addHolesBefore = (next: LogChunk | null): void => {
      const seq = next?.firstSeq ?? Number.POSITIVE_INFINITY;
      for (let found = holes[nextHole]; found !== undefined && found.fromSeq < seq; found = holes[++nextHole]) {
        const hole = next === null ? found : untold(found, next);
        if (hole.endSeq <= hole.fromSeq || hole.endSeq <= fromSeq || hole.fromSeq >= beforeSeq) continue;
        const clipped = { ...hole, fromSeq: Math.max(hole.fromSeq, fromSeq), endSeq: Math.min(hole.endSeq, beforeSeq) };
        out.addRow({ kind: "hole", firstSeq: clipped.fromSeq, hole: clipped });
      }
    };
    let fold: Fold = null;
    let expectedSeq = -1;
    const addChunk = (chunk: LogChunk, from: number, end: number): void => {
      if (chunk.firstSeq + from !== expectedSeq) fold = null;
      expectedSeq = chunk.firstSeq + end;
      const range = { from, end };
      if (!isFiltering(filter) && !(isFolding && chunk.hasContinuations)) {
        out.addLines({ chunk, ...range, indexes: null }, 0);
        fold = foldAfter(chunk, end);
        return;
      }
      const kept = this.#filtered(chunk, range, { filter, isFolding, fold });
      fold = kept.fold;
      out.addLines({ chunk, ...range, indexes: kept.indexes }, kept.folded);
    };
    for (const chunk of older) addChunk(chunk, 0, chunk.count);
    if (older.length > 0) out.addJoint();
    for (const chunk of store.chunks) {
      addHolesBefore(chunk);
      const from = Math.max(0, fromSeq - chunk.firstSeq);
      const end = Math.min(chunk.count, beforeSeq - chunk.firstSeq);
      if (from < end) addChunk(chunk, from, end);
    }
    addHolesBefore(null);
    out.addMarkersLeft();
    return new LogRows({
      segments: out.segments,
      counts: { lines: out.lineCount, losses: out.lossCount, folded: out.foldedCount },
      unfolded,
      isFolding,
      findMatches: (segment) => this.#marks(this.#matches, segment, filter, (index) => segment.chunk.isMatched(index)),
      findErrors: (segment) =>
        this.#marks(this.#errors, segment, filter, (index) => {
          const flags = segment.chunk.flags(index);
          return (flags & (FLAG_LOSS | FLAG_CONTINUATION)) === 0 && levelOfFlags(flags) >= ERROR;
        }),
    });
  }

  #filtered(
    chunk: LogChunk,
    range: { readonly from: number; readonly end: number },
    { filter, isFolding, fold }: { readonly filter: RowFilter; readonly isFolding: boolean; readonly fold: Fold },
  ): Kept {
    const folding = isFolding ? `${this.#unfoldedVersion} ${fold?.headSeq} ${fold?.isShown}` : "";
    const key = `${keyOf(filter)} ${range.from} ${range.end} ${folding}`;
    const kept = this.#kept.get(chunk);
    if (kept?.version === chunk.version && kept.key === key) return kept;
    const indexes = new Uint32Array(range.end - range.from);
    let count = 0;
    let folded = 0;
    let head: Fold = fold;
    for (let index = range.from; index < range.end; index++) {
      const isLineShown = isShown(chunk, index, filter);
      if (isFolding) {
        const flags = chunk.flags(index);
        const seq = chunk.firstSeq + index;
        if ((flags & FLAG_LOSS) !== 0) head = null;
        else if ((flags & FLAG_CONTINUATION) === 0 || head === null) head = { headSeq: seq, isShown: isLineShown };
        else if (!this.#unfolded.has(head.headSeq)) {
          // It follows its first line, whatever the filter says of itself.
          if (head.isShown) folded += 1;
          continue;
        }
      }
      if (isLineShown) indexes[count++] = index;
    }
    const made = { version: chunk.version, key, indexes: indexes.slice(0, count), folded, fold: head };
    this.#kept.set(chunk, made);
    return made;
  }

  #marks(
    marks: WeakMap<LogChunk, Marks>,
    { chunk, from, end }: LineSegment,
    filter: RowFilter,
    isMarked: (index: number) => boolean,
  ): Uint32Array {
    const key = `${keyOf(filter)} ${from} ${end}`;
    const kept = marks.get(chunk);
    if (kept?.version === chunk.version && kept.key === key) return kept.indexes;
    const found: number[] = [];
    for (let index = from; index < end; index++)
      if (isMarked(index) && isShown(chunk, index, filter)) found.push(index);
    const indexes = Uint32Array.from(found);
    marks.set(chunk, { version: chunk.version, key, indexes });
    return indexes;
  }
}

const keyOf = ({ levelMask, onlyMatches, excludes }: RowFilter): string => `${levelMask} ${onlyMatches} ${excludes}`;

const isShown = (chunk: LogChunk, index: number, { levelMask, onlyMatches, excludes }: RowFilter): boolean => {
  const flags = chunk.flags(index);
  // What was lost is never hidden.
  if ((flags & FLAG_LOSS) !== 0) return true;
  if (!isInMask(levelMask, levelOfFlags(flags))) return false;
  return (!onlyMatches || chunk.isMatched(index)) && !(excludes && chunk.isExcluded(index));
};

const foldAfter = (chunk: LogChunk, end: number): Fold =>
  (chunk.flags(end - 1) & FLAG_LOSS) === 0 ? { headSeq: chunk.firstSeq + end - 1, isShown: true } : null;

type RowContent = Segment extends infer One
  ? One extends { readonly rowCount: 1 }
    ? Omit<One, "firstRow" | "rowCount">
    : never
  : never;

/** What is left of a hole when the record right behind it says what became of its end: the record has the last lost line's number. */
const untold = (hole: LogHole, next: LogChunk): LogHole => {
  if (hole.kind !== "notStored" || hole.endSeq !== next.firstSeq || (next.flags(0) & FLAG_LOSS) === 0) return hole;
  return { ...hole, endSeq: Math.max(hole.fromSeq, hole.endSeq - (lostSeqs(next.lineBytes(0)) - 1)) };
};

/** Segments in the making; puts markers where they belong among the lines. */
class SegmentList {
  readonly segments: Segment[] = [];
  lineCount = 0;
  lossCount = 0;
  foldedCount = 0;
  readonly #timed: LogMarker[];
  readonly #last: readonly LogMarker[];
  readonly #joint: readonly LogMarker[];
  #row = 0;

  constructor(markers: readonly LogMarker[]) {
    this.#timed = markers
      .filter(({ at }) => typeof at === "number")
      .toSorted((one, other) => Number(one.at) - Number(other.at));
    this.#last = markers.filter(({ at }) => at === "end");
    this.#joint = markers.filter(({ at }) => at === "joint");
    for (const marker of markers) {
      if (marker.at === "start") this.addRow({ kind: "marker", firstSeq: Number.MIN_SAFE_INTEGER, marker });
    }
  }

  addJoint(): void {
    for (const marker of this.#joint) this.addRow({ kind: "marker", firstSeq: HOST_LINES_END, marker });
  }

  addRow(content: RowContent): void {
    this.segments.push({ ...content, firstRow: this.#row, rowCount: 1 });
    this.#row += 1;
  }

  addLines(lines: Pick<LineSegment, "chunk" | "from" | "end" | "indexes">, folded: number): void {
    const { chunk, end } = lines;
    this.lineCount += end - lines.from;
    this.lossCount += lossesIn(chunk, lines.from, end);
    this.foldedCount += folded;
    let { from, indexes } = lines;
    for (let marker = this.#timed[0]; marker !== undefined && Number(marker.at) < chunk.stampMs(end - 1); ) {
      const at = firstAfter(chunk, from, end, Number(marker.at));
      const cut = indexes === null ? 0 : lowerBound(indexes, at);
      this.#addSegment({ chunk, from, end: at, indexes: indexes?.subarray(0, cut) ?? null });
      from = at;
      indexes = indexes?.subarray(cut) ?? null;
      this.addRow({ kind: "marker", firstSeq: chunk.firstSeq + at, marker });
      this.#timed.shift();
      marker = this.#timed[0];
    }
    this.#addSegment({ chunk, from, end, indexes });
  }

  addMarkersLeft(): void {
    for (const marker of [...this.#timed, ...this.#last]) {
      this.addRow({ kind: "marker", firstSeq: Number.MAX_SAFE_INTEGER, marker });
    }
  }

  #addSegment(lines: Pick<LineSegment, "chunk" | "from" | "end" | "indexes">): void {
    const rowCount = lines.indexes?.length ?? lines.end - lines.from;
    if (lines.from >= lines.end) return;
    const firstSeq = lines.chunk.firstSeq + lines.from;
    this.segments.push({ kind: "lines", firstSeq, ...lines, firstRow: this.#row, rowCount });
    this.#row += rowCount;
  }
}

/** Records of lost lines in a range. Most chunks have none, and know it. */
const lossesIn = (chunk: LogChunk, from: number, end: number): number => {
  let losses = chunk.count;
  for (const count of chunk.levelCounts) losses -= count;
  if (losses === 0 || (from === 0 && end === chunk.count)) return losses;
  losses = 0;
  for (let index = from; index < end; index++) if ((chunk.flags(index) & FLAG_LOSS) !== 0) losses += 1;
  return losses;
};

/** The first line of a range that was written after `atMs`; lines are in the order of their stamps, or nearly. */
const firstAfter = (chunk: LogChunk, from: number, end: number, atMs: number): number => {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunk.stampMs(middle) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
};
