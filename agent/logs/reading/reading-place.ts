import type { FileCursorHint, LogCursor } from "@yardarm/protocol/log/cursor";
import { LineTail, stampNs } from "./line-tail.ts";
import type { ReadFrom } from "../log-source.ts";
import { RESUME_MARGIN_S } from "./resume.ts";

const MARGIN_NS = BigInt(RESUME_MARGIN_S) * 1_000_000_000n;
/** A line that was stamped this much before the last one taken may have been written behind it, and be missing. */
export const OVERTAKEN_MS = 250;
const OVERTAKEN_NS = BigInt(OVERTAKEN_MS) * 1_000_000n;

/** Where in a log its reader is: behind the last lines that were taken. All stamps are ns since the epoch. */
export class ReadingPlace {
  #tail = new LineTail();
  /** The place that was given up, until a line behind the loss is taken. */
  #lost = new LineTail();
  /** Where a source stood behind the place. */
  hint: FileCursorHint | null = null;
  /** The beginning of a line that was unfinished at the place. */
  openLineNs: bigint | undefined;

  /** `null`: nothing was ever taken. */
  startAt(cursor: LogCursor | null): void {
    this.#tail = LineTail.of(cursor);
    this.hint = cursor?.hint ?? null;
    this.openLineNs = cursor?.openLineSinceNs === undefined ? undefined : BigInt(cursor.openLineSinceNs);
  }

  /** The lines taken last. */
  get tail(): LineTail {
    return this.#tail;
  }

  get isEmpty(): boolean {
    return this.#tail.isEmpty;
  }

  /** Stamp of the line taken last; `null` before the first. */
  get lastNs(): bigint | null {
    return this.isEmpty ? null : stampNs(this.#tail.lastSeconds, this.#tail.lastNanos);
  }

  /** Found by its stamp alone, the place reads differently now: from here on it is what was read. */
  found(read: LineTail): void {
    if (!read.endsLike(this.#tail)) this.#tail = read;
  }

  /** What is behind it is missing. */
  lose(): void {
    if (!this.isEmpty) this.#lost = this.#tail;
    this.#tail = new LineTail();
    this.hint = null;
    this.openLineNs = undefined;
  }

  /** `joinedNs`: the beginning of a line that is unfinished now. */
  cursor(nextSeq: number, joinedNs: bigint | undefined, hint: FileCursorHint | null): LogCursor {
    const tail = this.isEmpty ? this.#lost : this.#tail;
    const openLineNs = earliest(joinedNs, this.openLineNs);
    return {
      nextSeq,
      tsNs: String(tail.isEmpty ? 0n : stampNs(tail.lastSeconds, tail.lastNanos)),
      ordinal: tail.ordinal,
      tail: tail.toCursorLines(),
      ...(openLineNs === undefined ? {} : { openLineSinceNs: String(openLineNs) }),
      ...(hint === null ? {} : { hint }),
    };
  }

  /** Where a reading begins that is to find it. */
  readFrom(nowNs: bigint): ReadFrom {
    const { lastNs } = this;
    if (lastNs === null) return { kind: "beginning" };
    const oldestNs = earlier(lastNs, this.openLineNs ?? lastNs);
    // After the machine's clock was set back, newer lines carry older stamps.
    const tsNs = earlier(oldestNs, nowNs) - MARGIN_NS;
    if (this.hint === null) return { kind: "since", tsNs };
    return { kind: "since", tsNs, hint: { place: this.hint, lastNs: oldestNs } };
  }

  /** No line that is missing behind the last one taken is older; `null` before the first. */
  missingFromNs(joinedNs: bigint | undefined): bigint | null {
    const { lastNs } = this;
    if (lastNs === null) return null;
    return earlier(lastNs - OVERTAKEN_NS, earliest(joinedNs, this.openLineNs) ?? lastNs);
  }
}

export const earlier = (left: bigint, right: bigint): bigint => {
  if (left < right) return left;
  return right;
};

export const earliest = (left: bigint | undefined, right: bigint | undefined): bigint | undefined =>
  left === undefined || right === undefined ? (left ?? right) : earlier(left, right);
