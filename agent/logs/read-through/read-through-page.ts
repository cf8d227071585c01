/** One page of a log: the lines in front of some known ones, read from what the engine has stored. */
import { HOST_PAGE_BYTES } from "@yardarm/protocol/log/page-frame";
import { hashText } from "@yardarm/protocol/log/text-hash";
import type { LineMark } from "@yardarm/protocol/log-read";
import { LineJoiner, type LineSink } from "../reading/line-joiner.ts";
import { stampNs } from "../reading/line-tail.ts";
import type { LogContainer, LogEnd, LogSource, MessageReader, OpenLog, ReadFrom } from "../log-source.ts";
import { type LineRedaction, redacted } from "../redaction.ts";
import { RESUME_MARGIN_S } from "../reading/resume.ts";

const MARGIN_NS = BigInt(RESUME_MARGIN_S) * 1_000_000_000n;

export type PageLine = {
  readonly flags: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly text: Uint8Array;
  readonly originalLength: number;
};

export type PageResult =
  /** `isCut`: there were older lines in what was read. `sawBefore`: the known lines were found, and the page ends at them. */
  | { readonly kind: "read"; readonly lines: readonly PageLine[]; readonly isCut: boolean; readonly sawBefore: boolean }
  | { readonly kind: "gone" | "failed" };

export type PageReadingOptions = {
  readonly source: LogSource;
  readonly container: LogContainer;
  readonly from: ReadFrom;
  /** The lines behind the page, oldest first; none: the page ends where the log ends. */
  readonly before: readonly LineMark[];
  readonly maxLines: number;
  /** As for the lines that are shipped, so that the known ones are recognised. */
  readonly redaction: LineRedaction | null;
};

type Held = PageLine & { readonly tsNs: bigint; readonly hash: string };

/** Keeps the last lines while it reads, at most a page of them, until it has read the known ones. */
export class PageReading implements MessageReader, LineSink {
  readonly #options: PageReadingOptions;
  readonly #joiner: LineJoiner;
  readonly #settle: (result: PageResult) => void;
  readonly #log: OpenLog;
  /** The page, and behind it as many lines as are known. */
  #held: Held[] = [];
  #first = 0;
  #heldBytes = 0;
  #isCut = false;
  #isOver = false;
  readonly result: Promise<PageResult>;

  constructor(options: PageReadingOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<PageResult>();
    this.result = promise;
    this.#settle = resolve;
    const { source, container, from, redaction } = options;
    this.#joiner = new LineJoiner(redacted(redaction, this));
    this.#log = source.open({ container, from, extent: "stored" }, this);
  }

  /** Ends the reading, if it has not ended by itself. */
  cancel(): void {
    this.#finish({ kind: "failed" });
  }

  // From the source.

  message(stream: 0 | 1, seconds: number, nanos: number, payload: Uint8Array, start: number, end: number): void {
    if (!this.#isOver) this.#joiner.push(stream, seconds, nanos, payload, start, end);
  }

  missing(): void {
    // What the source cannot deliver is missing here, too; nothing older is behind it.
    this.#held = [];
    this.#first = 0;
    this.#heldBytes = 0;
    this.#isCut = false;
  }

  readEnd(): void {}

  ended(end: LogEnd): void {
    if (end.kind === "complete") {
      this.#joiner.end();
      if (!this.#isOver) this.#finish(this.#endWithout());
    } else this.#finish({ kind: end.kind === "gone" ? "gone" : "failed" });
  }

  // From the joiner.

  line(
    flags: number,
    seconds: number,
    nanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    if (this.#isOver) return;
    const tsNs = stampNs(seconds, nanos);
    const own = new Uint8Array(text.subarray(start, end));
    this.#held.push({ flags, seconds, nanos, text: own, originalLength, tsNs, hash: hashText(own) });
    this.#heldBytes += own.length;
    this.#trim();
    const { before } = this.#options;
    const last = before.at(-1);
    if (last === undefined) return;
    if (this.#endsWithBefore()) {
      this.#finish(this.#page(this.#held.length - before.length, true));
    } else if (tsNs > BigInt(last.tsNs) + MARGIN_NS) this.#finish(this.#endWithout());
  }

  #endsWithBefore(): boolean {
    const { before } = this.#options;
    const offset = this.#held.length - before.length;
    if (offset < this.#first) return false;
    for (let index = before.length - 1; index >= 0; index--) {
      const mark = before[index] as LineMark;
      const line = this.#held[offset + index] as Held;
      if (line.hash !== mark.hash || line.tsNs !== BigInt(mark.tsNs)) return false;
    }
    return true;
  }

  /** The known lines did not come, or read differently now: the page ends in front of their oldest stamp. */
  #endWithout(): PageResult {
    const { before } = this.#options;
    let end = this.#held.length;
    if (before.length === 0) return this.#page(end, true);
    const [oldestNs = 0n] = before.map(({ tsNs }) => BigInt(tsNs)).sort((a, b) => (a < b ? -1 : 1));
    while (end > this.#first && (this.#held[end - 1] as Held).tsNs >= oldestNs) end--;
    return this.#page(end, false);
  }

  #page(end: number, sawBefore: boolean): PageResult {
    const { maxLines } = this.#options;
    const lowest = Math.max(this.#first, end - maxLines);
    let start = end;
    for (let bytes = 0; start > lowest; start--) {
      bytes += (this.#held[start - 1] as Held).text.length;
      // One line is a page, however long it is.
      if (bytes > HOST_PAGE_BYTES && start < end) break;
    }
    const isCut = this.#isCut || start > this.#first;
    return { kind: "read", lines: this.#held.slice(start, end), isCut, sawBefore };
  }

  /** Forgets what can no longer be part of the page; the array is shortened now and then. */
  #trim(): void {
    const { before, maxLines } = this.#options;
    const behind = Math.max(before.length, 1);
    const most = maxLines + behind;
    while (this.#held.length - this.#first > most || this.#isTooLarge(behind)) {
      this.#heldBytes -= (this.#held[this.#first] as Held).text.length;
      this.#first += 1;
      this.#isCut = true;
    }
    if (this.#first < most) return;
    this.#held = this.#held.slice(this.#first);
    this.#first = 0;
  }

  #isTooLarge(behind: number): boolean {
    if (this.#heldBytes <= HOST_PAGE_BYTES || this.#held.length - this.#first <= behind + 1) return false;
    let bytes = this.#heldBytes;
    for (const { text } of this.#held.slice(-behind)) bytes -= text.length;
    return bytes > HOST_PAGE_BYTES;
  }

  #finish(result: PageResult): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#log.close();
    this.#held = [];
    this.#settle(result);
  }
}
