import type { LogHit, LogSearchQueryInput, LogSearchResponse, ScanProgress } from "@yardarm/protocol/api/logs";
import type { ContainerId } from "@yardarm/protocol/ids";
import type { LineSource } from "./line-link.ts";

/**
 * Searching what the hub has stored, newest first. The hub answers in steps of two seconds; the next step is asked for by itself until
 * a page is full, everything was looked at, or somebody stops it.
 */

export type StoredSearchState = {
  readonly status: "idle" | "running" | "paused" | "done" | "failed";
  readonly hits: readonly LogHit[];
  /** Whose lines the hits are. */
  readonly sources: ReadonlyMap<ContainerId, LineSource>;
  /** Of the last answer; `null` before the first. */
  readonly progress: ScanProgress | null;
  /** Text scanned for all answers together, bytes. */
  readonly bytesScanned: number;
  readonly error: unknown;
};

/** Hits that are kept; whoever needs more narrows the search. */
export const MOST_HITS = 2_000;
const PAGE_HITS = 100;

const IDLE: StoredSearchState = {
  ...{ status: "idle", hits: [], sources: new Map(), progress: null, bytesScanned: 0, error: null },
};

export type StoredSearchOptions = {
  /** MUST reject when `signal` is aborted. */
  readonly ask: (query: LogSearchQueryInput, signal: AbortSignal) => Promise<LogSearchResponse>;
  readonly onChange: () => void;
};

export class StoredSearch {
  readonly #options: StoredSearchOptions;
  #state: StoredSearchState = IDLE;
  #query: LogSearchQueryInput | null = null;
  #cursor: string | null = null;
  #abort = new AbortController();

  constructor(options: StoredSearchOptions) {
    this.#options = options;
  }

  readonly state = (): StoredSearchState => this.#state;

  /** Forgets the former search and begins this one; `null` begins none. */
  begin(query: LogSearchQueryInput | null): void {
    this.#abort.abort();
    this.#query = query;
    this.#cursor = null;
    this.#set(query === null ? IDLE : { ...IDLE, status: "running" });
    if (query !== null) void this.#run();
  }

  /** The next page, or the same again after a failure. */
  further(): void {
    if (this.#state.status !== "paused" && this.#state.status !== "failed") return;
    this.#set({ ...this.#state, status: "running", error: null });
    void this.#run();
  }

  /** Keeps what was found; `further` goes on from here. */
  stop(): void {
    this.#abort.abort();
    if (this.#state.status === "running") this.#set({ ...this.#state, status: "paused" });
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const wanted = this.#state.hits.length + PAGE_HITS;
    while (!abort.signal.aborted && this.#query !== null) {
      const cursor = this.#cursor === null ? {} : { cursor: this.#cursor };
      try {
        const answer = await this.#options.ask({ ...this.#query, limit: PAGE_HITS, ...cursor }, abort.signal);
        if (abort.signal.aborted) return;
        if (!this.#took(answer, wanted)) return;
      } catch (error) {
        if (!abort.signal.aborted) this.#set({ ...this.#state, status: "failed", error });
        return;
      }
    }
  }

  /** True when the next step is to be asked for. */
  #took({ items, containers, nextCursor, progress }: LogSearchResponse, wanted: number): boolean {
    const sources = new Map(this.#state.sources);
    for (const { containerId, workloadId } of items) {
      const named = containers[containerId];
      if (named === undefined || sources.has(containerId)) continue;
      sources.set(containerId, { containerId, workloadId, hostId: named.hostId, name: named.name });
    }
    const hits = [...this.#state.hits, ...items].slice(0, MOST_HITS);
    const bytesScanned = this.#state.bytesScanned + progress.bytesScanned;
    this.#cursor = nextCursor;
    const isOver = nextCursor === null || hits.length >= MOST_HITS;
    const isFull = hits.length >= wanted;
    const status = isOver ? "done" : isFull ? "paused" : "running";
    this.#set({ status, hits, sources, progress, bytesScanned, error: null });
    return status === "running";
  }

  #set(state: StoredSearchState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
