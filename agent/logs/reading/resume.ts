/** Finds the place in a log that is read again: the line behind which everything is new. */
import { LineTail } from "./line-tail.ts";

/**
 * How far behind the cursor's stamp lines may still be older ones: concurrent stdout and stderr are stamped out of order by
 * milliseconds, and readers start this much earlier.
 */
export const RESUME_MARGIN_S = 2;

/**
 * - `before`: older than the place, or the place itself; discard it.
 * - `found`: this is the place itself; discard it, and take what follows.
 * - `unlike`: at the place by stamp and position, but with other lines before it: the reading skipped some, or the text
 *   reads differently now.
 * - `passed`: clearly newer than the place, which was not among the lines: it is not in what is being read.
 */
export type ResumeVerdict = "before" | "found" | "unlike" | "passed";

/**
 * Recognises the last line that was taken. `exact` wants its stamp, its position among lines of that stamp, and the texts
 * of the lines before it; `stamp` makes do with stamp and position, for logs whose text reads differently now.
 */
export class ResumeMatcher {
  readonly #place: LineTail;
  readonly #match: "exact" | "stamp";
  readonly #read = new LineTail();
  #sawStamp = false;

  /** `place` ends with the line that was taken last; it MUST NOT be empty or change meanwhile. */
  constructor(place: LineTail, match: "exact" | "stamp") {
    this.#place = place;
    this.#match = match;
  }

  /** The lines read last. Once the place is found, the place as it reads now. */
  get read(): LineTail {
    return this.#read;
  }

  /** True once a line had the stamp and position of the place: reading again by `stamp` would find it. */
  get sawStamp(): boolean {
    return this.#sawStamp;
  }

  /** Judges the next line. Positional because it runs once per line. */
  judge(seconds: number, nanos: number, text: Uint8Array, start: number, end: number): ResumeVerdict {
    const read = this.#read;
    const place = this.#place;
    read.take(seconds, nanos, text, start, end);
    if (read.hasSameStamp(place) && read.ordinal === place.ordinal) {
      this.#sawStamp = true;
      return this.#match === "stamp" || read.endsLike(place) ? "found" : "unlike";
    }
    const aheadS = seconds - place.lastSeconds + (nanos - place.lastNanos) / 1e9;
    return aheadS > RESUME_MARGIN_S ? "passed" : "before";
  }
}
