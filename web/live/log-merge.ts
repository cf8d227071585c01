/**
 * Lines of many containers in the order in which they were written, as far as they come in time. A line shows at once; one that comes
 * late is put in its place among the last 200 ms, later than that it is appended and marked. Within one container the order is
 * that of arrival, whatever its stamps say.
 */

export type MergeLine = {
  /** Which container; a small number of the caller's. */
  readonly source: number;
  /** When it was written, µs since the epoch, in a clock that all containers share. */
  readonly atUs: number;
};

export type MergedLine<Line> = { readonly line: Line; readonly isLate: boolean };

/** Everything from place `from` on is now `lines`; before it nothing has changed. */
export type MergeChange<Line> = { readonly from: number; readonly lines: readonly MergedLine<Line>[] };

export const REORDER_MS = 200;
/** Lines that may still be reordered; beyond it the oldest are settled before their time. */
const MOST_UNSETTLED = 8_192;

type Entry<Line> = MergedLine<Line> & {
  /** Its place in time: its own, or that of the line before it in its container when its stamp steps back. */
  readonly keyUs: number;
  readonly arrivedMs: number;
};

export class LogMerge<Line extends MergeLine> {
  // fixed
  readonly #mostUnsettled: number;
  // state
  #settledCount = 0;
  #settledUs = Number.NEGATIVE_INFINITY;
  #topUs = Number.NEGATIVE_INFINITY;
  /** Not settled yet, in order. */
  #tail: readonly Entry<Line>[] = [];
  #incoming: Entry<Line>[] = [];
  /** Where each container stands. */
  readonly #reachedUs = new Map<number, number>();

  constructor(mostUnsettled: number = MOST_UNSETTLED) {
    this.#mostUnsettled = mostUnsettled;
  }

  /** Places given so far, with those of lines that wait for `flush`. */
  get count(): number {
    return this.#settledCount + this.#tail.length + this.#incoming.length;
  }

  /** Lines taken since the last `flush`. */
  get waiting(): number {
    return this.#incoming.length;
  }

  /** Takes the line that follows in its container. */
  take(line: Line, nowMs: number): void {
    const reachedUs = this.#reachedUs.get(line.source) ?? Number.NEGATIVE_INFINITY;
    const wantedUs = Math.max(line.atUs, reachedUs);
    // Its place is taken for good: what is there has been read.
    const isLate = line.atUs < this.#settledUs;
    const keyUs = wantedUs < this.#settledUs ? this.#topUs : wantedUs;
    this.#topUs = Math.max(this.#topUs, keyUs);
    this.#reachedUs.set(line.source, keyUs);
    this.#incoming.push({ line, isLate, keyUs, arrivedMs: nowMs });
  }

  /** A container will send no more. */
  forget(source: number): void {
    this.#reachedUs.delete(source);
  }

  /** What the lines taken since the last time change; `null` when there were none. */
  flush(nowMs: number): MergeChange<Line> | null {
    if (this.#incoming.length === 0) {
      this.#settle(nowMs);
      return null;
    }
    // Stable, and keys never fall within a container: its lines stay in their order.
    const incoming = this.#incoming.toSorted((one, other) => one.keyUs - other.keyUs);
    this.#incoming = [];
    const at = placeAfter(this.#tail, incoming[0]?.keyUs ?? 0);
    const changed = mergeSorted(this.#tail.slice(at), incoming);
    const from = this.#settledCount + at;
    this.#tail = [...this.#tail.slice(0, at), ...changed];
    this.#settle(nowMs);
    return { from, lines: changed };
  }

  /** What is older than the window stays where it is, with everything in front of it. */
  #settle(nowMs: number): void {
    const inTime = this.#tail.findLastIndex(({ arrivedMs }) => arrivedMs <= nowMs - REORDER_MS) + 1;
    const count = Math.max(inTime, this.#tail.length - this.#mostUnsettled);
    if (count <= 0) return;
    this.#settledUs = Math.max(this.#settledUs, this.#tail[count - 1]?.keyUs ?? this.#settledUs);
    this.#settledCount += count;
    this.#tail = this.#tail.slice(count);
  }
}

/** How many entries come before or at `keyUs`. */
const placeAfter = (entries: readonly { readonly keyUs: number }[], keyUs: number): number => {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.keyUs ?? 0) <= keyUs) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Of two equal keys the one of `first` comes first. */
const mergeSorted = <Item extends { readonly keyUs: number }>(
  first: readonly Item[],
  second: readonly Item[],
): readonly Item[] => {
  const merged: Item[] = [];
  let next = 0;
  for (const item of first) {
    for (let other = second[next]; other !== undefined && other.keyUs < item.keyUs; other = second[++next]) {
      merged.push(other);
    }
    merged.push(item);
  }
  for (; next < second.length; next++) {
    const other = second[next];
    if (other !== undefined) merged.push(other);
  }
  return merged;
};
