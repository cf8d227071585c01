import type { LogMatches, LogPattern, LogQuery, LogText } from "../workers/log-messages.ts";
import type { LogStore } from "./log-store.ts";

/** Searching what a store holds, chunk by chunk, the newest first. What comes is searched by the worker as it is decoded. */

/** What is searched. */
export type SearchedStore = Pick<LogStore, "search" | "takeMatches" | "nextToScan">;

/** What does the searching. */
export type Searcher = {
  readonly search: (query: LogQuery | null) => void;
  readonly scan: (lines: LogText) => void;
};

export class StoreSearch {
  readonly #store: SearchedStore;
  readonly #searcher: () => Searcher;
  #query: LogQuery | null = null;
  #problem: string | null = null;
  #lastId = 0;
  #isScanning = false;
  /** Lines from here on have changed their places since they were given away to be searched. */
  #validEnd = Number.POSITIVE_INFINITY;

  constructor(store: SearchedStore, searcher: () => Searcher) {
    this.#store = store;
    this.#searcher = searcher;
  }

  /** `null` when nothing is searched for. */
  get query(): LogQuery | null {
    return this.#query;
  }

  /** Why the query cannot be understood; `null` when it can. */
  get problem(): string | null {
    return this.#problem;
  }

  /** True while lines that are held have not been searched yet. */
  get isScanning(): boolean {
    return this.#isScanning;
  }

  /** Searches everything that is held and everything that comes; no text and nothing to leave out end it. */
  search(pattern: LogPattern, excludes: readonly string[]): void {
    this.#lastId += 1;
    const isEmpty = pattern.text === "" && excludes.length === 0;
    this.#query = isEmpty ? null : { id: this.#lastId, ...pattern, excludes };
    this.#problem = null;
    this.#searcher().search(this.#query);
    this.#store.search(this.#query?.id ?? null);
    this.scanNext();
  }

  /** The searcher is another one, which has been told nothing yet. */
  restart(): void {
    this.#isScanning = false;
    if (this.#query !== null) this.#searcher().search(this.#query);
  }

  /** The pattern is not valid. False for that of an older query. */
  refused(queryId: number, message: string): boolean {
    if (queryId !== this.#query?.id) return false;
    this.#problem = message;
    return true;
  }

  /** Places from `from` on are those of other lines now. */
  movedFrom(from: number): void {
    this.#validEnd = Math.min(this.#validEnd, from);
  }

  scanNext(): void {
    if (this.#isScanning) return;
    const chunk = this.#store.nextToScan();
    if (chunk === undefined) return;
    this.#isScanning = true;
    this.#validEnd = Number.POSITIVE_INFINITY;
    this.#searcher().scan(chunk.textToScan());
  }

  scanned(firstSeq: number, matches: LogMatches | null): void {
    this.#isScanning = false;
    const validCount = Math.max(0, this.#validEnd - firstSeq);
    if (matches !== null) {
      this.#store.takeMatches(firstSeq, { ...matches, matched: matches.matched.subarray(0, validCount) });
    }
    this.scanNext();
  }
}
