import type { ClientError } from "@yardarm/protocol/client-down/error";
import type { LogSubscribed } from "@yardarm/protocol/client-down/log-subscribed";
import type { ErrorCode } from "@yardarm/protocol/errors";
import type { ContainerId } from "@yardarm/protocol/ids";
import { DEFAULT_TAIL_LINES } from "@yardarm/protocol/limits";
import type { LogColumns, LogMatches, LogPattern, LogQuery } from "../workers/log-messages.ts";
import { Arrivals, type Arrived } from "./arrivals.ts";
import type { Timers } from "./hub-socket.ts";
import { Listeners } from "./listeners.ts";
import { LogDecoder, type OpenLogDecoderPort } from "./log-decoder.ts";
import { type FetchState, LogFetcher } from "./log-fetcher.ts";
import type { SeqRange } from "./log-ranges.ts";
import { LOG_LIMITS, type LogLimits, LogStore } from "./log-store.ts";
import type { LogHandlers, LogSubscription } from "./log-subscriptions.ts";
import { StoreSearch } from "./store-search.ts";

/** Reading one container's log: from the subscription through the worker into the store, across reconnects. */

/** `opening` until the lines that existed at the first subscription are here; they appear together. */
export type LogFeed = { readonly status: "opening" } | { readonly status: "open" } | LogRefusal;

/** Nothing more comes. `requestId`: under it the hub's own log has the cause. */
export type LogRefusal = {
  readonly status: "failed";
  readonly code: ErrorCode;
  readonly message: string;
  readonly requestId?: string | undefined;
};

/** What it needs of the live client. */
export type LogSource = {
  /** MUST call `handlers.start` for each connection, and `onSubscribed` before the frames of that subscription. */
  subscribeLog(containerId: ContainerId, handlers: LogHandlers): LogSubscription;
};

export type LogSessionOptions = {
  readonly containerId: ContainerId;
  readonly source: LogSource;
  readonly openPort: OpenLogDecoderPort;
  readonly timers: Timers;
  /** Runs `publish` once, before the next frame is drawn. */
  readonly schedule: (publish: () => void) => void;
  readonly limits?: LogLimits;
};

/** The lines that existed at the start are shown after this long even if some are still missing. */
const OPEN_LIMIT_MS = 1_500;

export class LogSession {
  // fixed
  readonly #options: LogSessionOptions;
  readonly #listeners = new Listeners();
  readonly #fetcher: LogFetcher;
  readonly #arrivals: Arrivals;
  readonly #search: StoreSearch;
  readonly store: LogStore;
  // state
  #decoder: LogDecoder;
  #subscription: LogSubscription;
  #feed: LogFeed = { status: "opening" };
  #epoch: string | null = null;
  #committedSeq = 0;
  #isResuming = false;
  #openAtSeq = Number.POSITIVE_INFINITY;
  #cancelOpening: () => void = () => {};
  #hasOpened = false;
  #focusSeq: number | null = null;
  #isPublishing = false;
  #version = 0;

  constructor(options: LogSessionOptions) {
    this.#options = options;
    this.store = new LogStore(options.limits ?? LOG_LIMITS);
    this.#arrivals = new Arrivals(options.timers.now);
    this.#search = new StoreSearch(this.store, () => this.#decoder);
    this.#fetcher = new LogFetcher({
      store: this.store,
      timers: options.timers,
      send: (fromSeq, toSeq) => this.#subscription.fetch(fromSeq, toSeq),
      onChange: () => this.#publish(),
    });
    this.#decoder = this.#openDecoder();
    this.#subscription = this.#subscribe();
  }

  /** Changes whenever there is something new to draw, once per frame at most. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  get feed(): LogFeed {
    return this.#feed;
  }

  /** False until the lines that existed at the beginning are here; before that nothing is shown. */
  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  get isEmpty(): boolean {
    return this.store.isEmpty;
  }

  /** The seq behind the newest line held. */
  get endSeq(): number {
    return this.store.endSeq;
  }

  /** Lines per level among those held. */
  levelCounts(): readonly number[] {
    return this.store.levelCounts();
  }

  get fetchState(): FetchState {
    return this.#fetcher.state;
  }

  get arrived(): Arrived {
    return this.#arrivals.arrived;
  }

  /** The present search; `null` when nothing is searched for. */
  get query(): LogQuery | null {
    return this.#search.query;
  }

  /** Why the present search cannot be understood; `null` when it can. */
  get queryProblem(): string | null {
    return this.#search.problem;
  }

  /** True while lines that are held have not been searched yet. */
  get isSearching(): boolean {
    return this.#search.isScanning;
  }

  /** Lines per second over the last second. */
  get linesPerSecond(): number {
    return this.#arrivals.linesPerSecond;
  }

  /** Where somebody reads, so that those lines stay; `null` at the live end. */
  focus(seq: number | null): void {
    this.#focusSeq = seq;
  }

  /** Asks the hub for lines that are not held. Does nothing while it is being asked already. */
  load(range: SeqRange, side: "newest" | "oldest"): void {
    this.#fetcher.load(range, side);
  }

  /** Searches everything that is held and everything that comes; no text and nothing to leave out end it. */
  search(pattern: LogPattern, excludes: readonly string[] = []): void {
    this.#search.search(pattern, excludes);
    this.#publish();
  }

  /** Begins anew after a failure; what is held stays. */
  retry(): void {
    this.#close();
    this.#feed = { status: "opening" };
    this.#decoder = this.#openDecoder();
    this.#search.restart();
    this.#subscription = this.#subscribe();
    this.#publish();
  }

  stop(): void {
    this.#close();
    this.#fetcher.stop();
  }

  #close(): void {
    this.#cancelOpening();
    this.#subscription.end();
    this.#decoder.close();
  }

  #openDecoder(): LogDecoder {
    return new LogDecoder(this.#options.openPort, {
      onLines: (lines, matches) => this.#took(lines, matches),
      onMalformed: (message) => this.#fail("malformed_frame", message),
      onScanned: (firstSeq, matches) => {
        this.#search.scanned(firstSeq, matches);
        this.#publish();
      },
      onRefused: (queryId, message) => {
        if (this.#search.refused(queryId, message)) this.#publish();
      },
      onBroken: () => this.#fail("internal", "The part of this page that reads logs has stopped."),
    });
  }

  #subscribe(): LogSubscription {
    // Whatever is not a frame waits behind the frames that came before it.
    return this.#options.source.subscribeLog(this.#options.containerId, {
      start: () => {
        this.#fetcher.forget();
        this.#isResuming = !this.store.isEmpty;
        if (this.store.isEmpty) return { tail: DEFAULT_TAIL_LINES };
        const { endSeq: sinceSeq } = this.store;
        return this.#epoch === null ? { sinceSeq } : { sinceSeq, epoch: this.#epoch, committedSeq: this.#committedSeq };
      },
      onFrame: (frame) => this.#decoder.decode(frame),
      onSubscribed: (answer) => this.#decoder.mark(() => this.#subscribed(answer)),
      onSkipped: ({ from, to }) => this.#decoder.mark(() => this.#skipped({ fromSeq: from, endSeq: to }, "whenQuiet")),
      onCommitted: (seq) => {
        this.#committedSeq = Math.max(this.#committedSeq, seq);
      },
      onFetched: (answer) => this.#decoder.mark(() => this.#fetcher.answered(answer)),
      onError: (error) => this.#decoder.mark(() => this.#refused(error)),
    });
  }

  #subscribed({ epoch, fromSeq, committedSeq, nextSeq }: LogSubscribed): void {
    if (this.#epoch !== null && this.#epoch !== epoch) this.store.dropFrom(committedSeq);
    this.#epoch = epoch;
    this.#committedSeq = Math.max(this.#committedSeq, committedSeq);
    // Also when nothing is left: the lines in between were asked for from further on than they are needed now.
    const isOpen = this.#isResuming && this.store.endSeq < fromSeq;
    if (isOpen) this.#skipped({ fromSeq: this.store.endSeq, endSeq: fromSeq }, "now");
    this.#openAtSeq = nextSeq;
    if (fromSeq >= nextSeq || this.store.endSeq >= nextSeq) this.#opened();
    else if (this.#feed.status === "opening") {
      this.#cancelOpening = this.#options.timers.after(OPEN_LIMIT_MS, () => this.#opened());
    } else {
      this.#opened();
    }
  }

  #opened(): void {
    this.#cancelOpening();
    this.#feed = { status: "open" };
    this.#hasOpened = true;
    this.#publish();
  }

  #skipped(range: SeqRange, when: "now" | "whenQuiet"): void {
    this.store.noteSkipped(range);
    this.#fetcher.owe(range, when);
    this.#publish();
  }

  #took(lines: LogColumns, matches: LogMatches | null): void {
    const wasEndSeq = this.store.endSeq;
    this.store.add(lines, matches);
    // Those which nothing held came after.
    if (this.#feed.status === "open") {
      this.#arrivals.count(lines, Math.max(0, wasEndSeq - lines.firstSeq), lines.count);
    }
    if (this.#feed.status === "opening") {
      if (this.store.endSeq >= this.#openAtSeq) this.#opened();
      else return;
    }
    this.store.trim(this.#focusSeq);
    this.#search.scanNext();
    this.#publish();
  }

  #refused({ code, message, requestId, refused }: ClientError): void {
    if (refused === "log.fetch") this.#fetcher.fail();
    else this.#fail(code, message, requestId);
  }

  #fail(code: ErrorCode, message: string, requestId?: string): void {
    this.#cancelOpening();
    this.#feed = { status: "failed", code, message, requestId };
    this.#publish();
  }

  #publish(): void {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    this.#options.schedule(() => {
      this.#isPublishing = false;
      this.#version += 1;
      this.#listeners.tell();
    });
  }
}
