import type { LogFetched } from "@yardarm/protocol/client-down/log-fetched";
import { DEFAULT_TAIL_LINES } from "@yardarm/protocol/limits";
import type { Timers } from "./hub-socket.ts";
import type { SeqRange } from "./log-ranges.ts";
import type { LogStore } from "./log-store.ts";

/** Fetching lines that the hub has and this page has not: one request at a time, because answers carry no request id. */

export type FetchState =
  | { readonly status: "idle" }
  | { readonly status: "loading"; readonly range: SeqRange }
  | { readonly status: "failed"; readonly range: SeqRange };

const FETCH_LINES = DEFAULT_TAIL_LINES;
/** No answer for so long is none. */
const FETCH_TIMEOUT_MS = 10_000;
/** A burst that this viewer could not take must be over before what it missed is asked for. */
const QUIET_MS = 1_000;

export type LogFetcherOptions = {
  readonly store: LogStore;
  readonly timers: Timers;
  readonly send: (fromSeq: number, toSeq: number) => void;
  /** The state has changed, and with it perhaps what the store knows to be absent. */
  readonly onChange: () => void;
};

export class LogFetcher {
  readonly #options: LogFetcherOptions;
  #state: FetchState = { status: "idle" };
  /** Ranges to be fetched without being asked: skipped ones, and what a change of epoch left open. */
  #owed: SeqRange[] = [];
  #cancelTimeout: () => void = () => {};
  #cancelQuiet: () => void = () => {};

  constructor(options: LogFetcherOptions) {
    this.#options = options;
  }

  get state(): FetchState {
    return this.#state;
  }

  /** Asks for one page of `range`: its newest lines for somebody who reads upwards, else its oldest. */
  load(range: SeqRange, side: "newest" | "oldest"): void {
    if (this.#state.status === "loading" || range.fromSeq >= range.endSeq) return;
    const page =
      side === "newest"
        ? { fromSeq: Math.max(range.fromSeq, range.endSeq - FETCH_LINES), endSeq: range.endSeq }
        : { fromSeq: range.fromSeq, endSeq: Math.min(range.endSeq, range.fromSeq + FETCH_LINES) };
    this.#cancelTimeout = this.#options.timers.after(FETCH_TIMEOUT_MS, () => this.fail());
    this.#set({ status: "loading", range: page });
    this.#options.send(page.fromSeq, page.endSeq);
  }

  /** Fetches `range` by itself: at once, or when nothing more was skipped for a second. */
  owe(range: SeqRange, when: "now" | "whenQuiet"): void {
    this.#owed.push(range);
    if (when === "now") this.#payNext();
    else this.#payLater();
  }

  /**
   * The hub has sent what it has between `fromSeq` and `toSeq`, which may be less than the page: nothing is stored below
   * `fromSeq` when that is higher than what was asked, and how far it got when `toSeq` is lower.
   */
  answered({ fromSeq, toSeq }: LogFetched): void {
    if (this.#state.status !== "loading") return;
    const { range } = this.#state;
    const { store } = this.#options;
    this.#cancelTimeout();
    if (fromSeq > range.fromSeq) store.noteAbsent({ fromSeq: 0, endSeq: Math.min(fromSeq, range.endSeq) });
    const reachedSeq = Math.min(toSeq, range.endSeq);
    store.noteAbsent({ fromSeq: range.fromSeq, endSeq: reachedSeq });
    // An answer that brings nothing must not be asked for again and again.
    const hasGained = reachedSeq > range.fromSeq || fromSeq > range.fromSeq;
    this.#set(hasGained ? { status: "idle" } : { status: "failed", range });
    if (hasGained) this.#payNext();
  }

  fail(): void {
    if (this.#state.status !== "loading") return;
    this.#cancelTimeout();
    this.#set({ status: "failed", range: this.#state.range });
  }

  /** The connection is another one: what was asked on the old one will not be answered. */
  forget(): void {
    this.#cancelTimeout();
    if (this.#state.status !== "idle") this.#set({ status: "idle" });
    if (this.#owed.length > 0) this.#payLater();
  }

  stop(): void {
    this.#cancelTimeout();
    this.#cancelQuiet();
    this.#owed = [];
  }

  #payLater(): void {
    this.#cancelQuiet();
    this.#cancelQuiet = this.#options.timers.after(QUIET_MS, () => this.#payNext());
  }

  #payNext(): void {
    if (this.#state.status === "loading") return;
    const { store } = this.#options;
    // What would leave again at once is not worth fetching: it stays "not loaded".
    const worthFromSeq = store.endSeq - store.limits.lines;
    const holes = store.holes().filter(({ kind, endSeq }) => kind === "notLoaded" && endSeq > worthFromSeq);
    for (const owed of this.#owed) {
      const hole = holes.find(({ fromSeq, endSeq }) => fromSeq < owed.endSeq && owed.fromSeq < endSeq);
      if (hole === undefined) continue;
      const fromSeq = Math.max(hole.fromSeq, owed.fromSeq, worthFromSeq);
      this.load({ fromSeq, endSeq: Math.min(hole.endSeq, owed.endSeq) }, "oldest");
      return;
    }
    this.#owed = [];
  }

  #set(state: FetchState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
