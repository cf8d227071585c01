import type { ClientError } from "@yardarm/protocol/client-down/error";
import type { LogSubscribed } from "@yardarm/protocol/client-down/log-subscribed";
import type { ContainerId } from "@yardarm/protocol/ids";
import type { LogColumns, LogMatches } from "../workers/log-messages.ts";
import type { Timers } from "./hub-socket.ts";
import type { SeqRange } from "./log-ranges.ts";
import type { LogRefusal } from "./log-session.ts";
import type { LogStart } from "./log-subscriptions.ts";

/**
 * One container in a merged view: hands on its lines in their order, each once. What the hub skipped is fetched, and the lines behind
 * it wait for it; what is too much for that is counted as left out.
 */

export type MergedSourceState = { readonly status: "opening" } | { readonly status: "open" } | LogRefusal;

/** Some of the lines of `columns`: those from index `from` up to, but without, `end`. */
export type LineRun = {
  readonly columns: LogColumns;
  readonly from: number;
  readonly end: number;
  readonly matches: LogMatches | null;
};

export type MergedSourceOptions = {
  readonly containerId: ContainerId;
  /** Lines to begin with. */
  readonly tailLines: number;
  readonly timers: Timers;
  readonly onLines: (run: LineRun) => void;
  readonly fetch: (fromSeq: number, toSeq: number) => void;
  /** Stamps of its lines from `fromSeq` on that are shown already. */
  readonly shownStamps: (fromSeq: number) => Map<number, bigint>;
};

/** More than this is not fetched: whoever needs every line opens the container's own log. */
const MOST_OWED = 2_000;
const MOST_HELD = 5_000;
const FETCH_TIMEOUT_MS = 10_000;

export class MergedSource {
  readonly #options: MergedSourceOptions;
  #state: MergedSourceState = { status: "opening" };
  #epoch: string | null = null;
  /** Lines below are stored, and the same in every epoch. */
  #committedSeq = 0;
  /** The line that is expected next; `null` before the first subscription is answered. */
  #nextSeq: number | null = null;
  #openAtSeq = Number.POSITIVE_INFINITY;
  /** What is being fetched; lines that come after it are held. */
  #owed: SeqRange | null = null;
  #held: LineRun[] = [];
  #heldLines = 0;
  #leftOutLines = 0;
  /** Shown before the hub began to number anew: if they come again they are the same lines. */
  #shown = new Map<number, bigint>();
  #cancelTimeout: () => void = () => {};

  constructor(options: MergedSourceOptions) {
    this.#options = options;
  }

  get containerId(): ContainerId {
    return this.#options.containerId;
  }

  get state(): MergedSourceState {
    return this.#state;
  }

  /** Lines that the hub has and this view will not show. */
  get leftOutLines(): number {
    return this.#leftOutLines;
  }

  /** Where to begin, or to go on after a lost connection. */
  start(): LogStart {
    this.#cancelTimeout();
    if (this.#nextSeq === null) return { tail: this.#options.tailLines };
    const sinceSeq = this.#nextSeq;
    return this.#epoch === null ? { sinceSeq } : { sinceSeq, epoch: this.#epoch, committedSeq: this.#committedSeq };
  }

  /** The hub has stored the lines below `seq`. */
  committed(seq: number): void {
    this.#committedSeq = Math.max(this.#committedSeq, seq);
  }

  subscribed({ epoch, fromSeq, committedSeq, nextSeq }: LogSubscribed): void {
    if (this.#epoch !== null && this.#epoch !== epoch) this.#renumbered(committedSeq);
    this.#epoch = epoch;
    this.committed(committedSeq);
    this.#openAtSeq = nextSeq;
    if (this.#owed !== null) this.#ask(this.#owed);
    if (this.#nextSeq === null) this.#nextSeq = fromSeq;
    else if (this.#nextSeq < fromSeq) this.#owe({ fromSeq: this.#nextSeq, endSeq: fromSeq });
    this.#openIfThere();
  }

  took(columns: LogColumns, matches: LogMatches | null): void {
    if (this.#nextSeq === null) return;
    const { firstSeq, count } = columns;
    const owed = this.#owed;
    if (owed !== null && firstSeq < owed.endSeq) {
      const endSeq = Math.min(firstSeq + count, owed.endSeq);
      const fromSeq = Math.max(firstSeq, owed.fromSeq);
      this.#pass({ columns, matches, from: fromSeq - firstSeq, end: endSeq - firstSeq });
      this.#owed = { fromSeq: Math.max(owed.fromSeq, endSeq), endSeq: owed.endSeq };
    }
    const fromSeq = Math.max(firstSeq, this.#nextSeq);
    if (fromSeq >= firstSeq + count) return;
    if (fromSeq > this.#nextSeq) this.#owe({ fromSeq: this.#nextSeq, endSeq: fromSeq });
    this.#nextSeq = firstSeq + count;
    const run = { columns, matches, from: fromSeq - firstSeq, end: count };
    if (this.#owed === null) this.#pass(run);
    else this.#hold(run);
    this.#openIfThere();
  }

  skipped(range: SeqRange): void {
    if (this.#nextSeq === null || range.endSeq <= this.#nextSeq) return;
    this.#owe({ fromSeq: Math.max(range.fromSeq, this.#nextSeq), endSeq: range.endSeq });
    this.#openIfThere();
  }

  /** What was asked for is here, as far as the hub has it. */
  fetched(): void {
    if (this.#owed !== null) this.#release();
  }

  refused({ code, message, requestId, refused }: ClientError): void {
    if (refused === "log.fetch") this.fetched();
    else this.#state = { status: "failed", code, message, requestId };
  }

  /** Nothing more is waited for. */
  stop(): void {
    this.#cancelTimeout();
    this.#held = [];
    this.#owed = null;
  }

  #openIfThere(): void {
    if (this.#nextSeq !== null && this.#nextSeq >= this.#openAtSeq) this.#state = { status: "open" };
  }

  #renumbered(committedSeq: number): void {
    if (this.#nextSeq === null || this.#nextSeq <= committedSeq) return;
    this.#shown = this.#options.shownStamps(committedSeq);
    this.#nextSeq = committedSeq;
    // What waits was numbered by the old epoch, and everything from there on comes again.
    const held = this.#held;
    this.#held = [];
    this.#heldLines = 0;
    for (const run of held) {
      const end = Math.min(run.end, committedSeq - run.columns.firstSeq);
      if (end > run.from) this.#hold({ ...run, end });
    }
    if (this.#owed !== null) this.#owed = { ...this.#owed, endSeq: Math.min(this.#owed.endSeq, committedSeq) };
    if (this.#owed !== null && this.#owed.fromSeq >= this.#owed.endSeq) this.#release();
  }

  #owe(range: SeqRange): void {
    this.#nextSeq = range.endSeq;
    if (this.#owed !== null) {
      this.#leftOutLines += range.endSeq - range.fromSeq;
      return;
    }
    const fromSeq = Math.max(range.fromSeq, range.endSeq - MOST_OWED);
    this.#leftOutLines += fromSeq - range.fromSeq;
    this.#owed = { fromSeq, endSeq: range.endSeq };
    this.#ask(this.#owed);
  }

  #ask({ fromSeq, endSeq }: SeqRange): void {
    this.#cancelTimeout();
    this.#cancelTimeout = this.#options.timers.after(FETCH_TIMEOUT_MS, () => this.fetched());
    this.#options.fetch(fromSeq, endSeq);
  }

  #hold(run: LineRun): void {
    this.#held.push(run);
    this.#heldLines += run.end - run.from;
    if (this.#heldLines > MOST_HELD) this.#release();
  }

  /** What is still owed will not come; what waited for it goes on. */
  #release(): void {
    this.#cancelTimeout();
    const held = this.#held;
    if (this.#owed !== null) this.#leftOutLines += this.#owed.endSeq - this.#owed.fromSeq;
    this.#owed = null;
    this.#held = [];
    this.#heldLines = 0;
    for (const run of held) this.#pass(run);
  }

  #pass({ columns, from, end, matches }: LineRun): void {
    if (this.#shown.size === 0) {
      if (from < end) this.#options.onLines({ columns, from, end, matches });
      return;
    }
    let start = from;
    for (let index = from; index < end; index++) {
      const seq = columns.firstSeq + index;
      const isShown = this.#shown.get(seq) === columns.stampsNs[index];
      this.#shown.delete(seq);
      if (!isShown) continue;
      if (start < index) this.#options.onLines({ columns, from: start, end: index, matches });
      start = index + 1;
    }
    if (start < end) this.#options.onLines({ columns, from: start, end, matches });
  }
}
