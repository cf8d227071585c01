import type { ContainerId } from "@yardarm/protocol/ids";
import type { LogPattern, LogQuery } from "../workers/log-messages.ts";
import { Arrivals, type Arrived } from "./arrivals.ts";
import type { Timers } from "./hub-socket.ts";
import { Listeners } from "./listeners.ts";
import { LogDecoder, type OpenLogDecoderPort } from "./log-decoder.ts";
import type { FetchState } from "./log-fetcher.ts";
import { LogMerge } from "./log-merge.ts";
import type { LogFeed, LogSource } from "./log-session.ts";
import { LOG_LIMITS, type LogLimits, LogStore } from "./log-store.ts";
import type { LogSubscription } from "./log-subscriptions.ts";
import { columnsOf, type PlacedLine } from "./merged-columns.ts";
import { type LineOrigin, MergedOrigins } from "./merged-origins.ts";
import { type LineRun, MergedSource } from "./merged-source.ts";
import { StoreSearch } from "./store-search.ts";

/**
 * Reading many containers' logs as one. Lines are numbered by their place in the view, so that everything that shows a container's log
 * shows this one as well. All frames pass through one worker. Above 300 lines: what a view reads, and the one order in which
 * containers join, answer and leave.
 */

/** A container to be followed. */
export type FollowedContainer = {
  readonly containerId: ContainerId;
  /** Its host's clock minus the hub's, ms: stamps are compared without it. */
  readonly skewMs: number;
};

export type MergedSessionOptions = {
  readonly source: LogSource;
  readonly openPort: OpenLogDecoderPort;
  readonly timers: Timers;
  /** Runs `publish` once, before the next frame is drawn. */
  readonly schedule: (publish: () => void) => void;
  readonly limits?: LogLimits;
};

type Reader = {
  readonly number: number;
  readonly source: MergedSource;
  subscription: LogSubscription | null;
  skewUs: number;
};

/** Lines that exist at the beginning, for all containers together; each gets its share of them. */
const OPENING_LINES = 3_000;
const LEAST_TAIL = 50;
const MOST_TAIL = 1_000;
/** The lines that existed at the start are shown after this long even if some are still missing. */
const OPEN_LIMIT_MS = 1_500;
/** A page that is not drawn takes lines in without waiting for its next frame. */
const MOST_WAITING = 4_096;
const IDLE: FetchState = { status: "idle" };

export class MergedSession {
  // fixed
  readonly #options: MergedSessionOptions;
  readonly #listeners = new Listeners();
  readonly #decoder: LogDecoder;
  readonly #merge = new LogMerge<PlacedLine>();
  readonly #origins = new MergedOrigins();
  readonly #arrivals: Arrivals;
  readonly #search: StoreSearch;
  readonly store: LogStore;
  // state
  readonly #readers: Reader[] = [];
  readonly #active = new Map<ContainerId, Reader>();
  /** Whose frames the worker has and has not answered yet, in their order. */
  #decoding: Reader[] = [];
  #feed: LogFeed = { status: "opening" };
  #cancelOpening: () => void = () => {};
  #focusPlace: number | null = null;
  #isPublishing = false;
  #isStopped = false;
  #version = 0;

  constructor(options: MergedSessionOptions) {
    this.#options = options;
    this.store = new LogStore(options.limits ?? LOG_LIMITS);
    this.#arrivals = new Arrivals(options.timers.now);
    this.#search = new StoreSearch(this.store, () => this.#decoder);
    this.#decoder = new LogDecoder(options.openPort, {
      onLines: (lines, matches) => {
        this.#decoding.shift()?.source.took(lines, matches);
        this.#openIfAllAre();
      },
      onMalformed: () => void this.#decoding.shift(),
      onScanned: (firstSeq, matches) => {
        this.#search.scanned(firstSeq, matches);
        this.#publish();
      },
      onRefused: (queryId, message) => {
        if (this.#search.refused(queryId, message)) this.#publish();
      },
      onBroken: () => this.#fail(),
    });
  }

  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  get feed(): LogFeed {
    return this.#feed;
  }

  /** False until the lines that existed at the beginning are here; before that nothing is shown. */
  get hasOpened(): boolean {
    return this.#feed.status === "open";
  }

  /** Lines that left are not loaded again: whoever needs them opens the container's log, or searches. */
  get fetchState(): FetchState {
    return IDLE;
  }

  get arrived(): Arrived {
    return this.#arrivals.arrived;
  }

  get query(): LogQuery | null {
    return this.#search.query;
  }

  /** Why the present search cannot be understood; `null` when it can. */
  get queryProblem(): string | null {
    return this.#search.problem;
  }

  get isEmpty(): boolean {
    return this.store.isEmpty;
  }

  /** The place behind the newest line. */
  get endSeq(): number {
    return this.store.endSeq;
  }

  levelCounts(): readonly number[] {
    return this.store.levelCounts();
  }

  get isSearching(): boolean {
    return this.#search.isScanning;
  }

  get linesPerSecond(): number {
    return this.#arrivals.linesPerSecond;
  }

  /** The containers that are being read, and how each of them does. */
  get sources(): readonly MergedSource[] {
    return [...this.#active.values()].map(({ source }) => source);
  }

  /** Changes when a container is read otherwise than before; lines alone do not change it. */
  get sourcesKey(): string {
    const states = this.sources.map(({ containerId, state, leftOutLines }) => [
      containerId,
      state.status,
      leftOutLines,
    ]);
    return `${this.#feed.status} ${states.join(" ")}`;
  }

  /** Whose line stands at this place, and which one it is. */
  originAt(place: number): LineOrigin & { readonly containerId: ContainerId } {
    const origin = this.#origins.at(place);
    const reader = this.#readers[origin.source];
    if (reader === undefined) throw new RangeError("There is no line at this place.");
    return { ...origin, containerId: reader.source.containerId };
  }

  /** Reads these from now on, and no others. What was shown stays. */
  follow(containers: readonly FollowedContainer[]): void {
    const wanted = new Set(containers.map(({ containerId }) => containerId));
    for (const [containerId, reader] of this.#active) if (!wanted.has(containerId)) this.#leave(containerId, reader);
    const tailLines = Math.min(MOST_TAIL, Math.max(LEAST_TAIL, Math.floor(OPENING_LINES / containers.length)));
    for (const { containerId, skewMs } of containers) {
      const reader = this.#active.get(containerId);
      if (reader === undefined) this.#join(containerId, skewMs, tailLines);
      else reader.skewUs = skewMs * 1_000;
    }
    if (this.#feed.status !== "opening") {
      this.#publish();
      return;
    }
    this.#cancelOpening();
    this.#cancelOpening = this.#options.timers.after(OPEN_LIMIT_MS, () => this.#opened());
    this.#openIfAllAre();
  }

  focus(place: number | null): void {
    this.#focusPlace = place;
  }

  load(): void {}

  /** Searches everything that is held and everything that comes; no text and nothing to leave out end it. */
  search(pattern: LogPattern, excludes: readonly string[]): void {
    this.#search.search(pattern, excludes);
    this.#publish();
  }

  /** Asks again for the containers that were refused. */
  retry(): void {
    const containers = [...this.#active.values()].map(({ source, skewUs }) => ({
      containerId: source.containerId,
      skewMs: skewUs / 1_000,
    }));
    for (const [containerId, reader] of this.#active) {
      if (reader.source.state.status === "failed") this.#leave(containerId, reader);
    }
    this.follow(containers);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelOpening();
    for (const [containerId, reader] of this.#active) this.#leave(containerId, reader);
    this.#decoder.close();
  }

  #join(containerId: ContainerId, skewMs: number, tailLines: number): void {
    const reader: Reader = {
      number: this.#readers.length,
      skewUs: skewMs * 1_000,
      subscription: null,
      source: new MergedSource({
        containerId,
        tailLines,
        timers: this.#options.timers,
        onLines: (run) => this.#took(reader, run),
        fetch: (fromSeq, toSeq) => reader.subscription?.fetch(fromSeq, toSeq),
        shownStamps: (fromSeq) => this.#shownStamps(reader.number, fromSeq),
      }),
    };
    this.#readers.push(reader);
    this.#active.set(containerId, reader);
    const { source } = reader;
    // Whatever is not a frame waits behind the frames that came before it.
    const inTurn = (run: () => void): void =>
      this.#decoder.mark(() => {
        if (this.#active.get(containerId) !== reader) return;
        run();
        this.#openIfAllAre();
        this.#publish();
      });
    reader.subscription = this.#options.source.subscribeLog(containerId, {
      start: () => source.start(),
      onFrame: (frame) => {
        this.#decoding.push(reader);
        this.#decoder.decode(frame);
      },
      onSubscribed: (answer) => inTurn(() => source.subscribed(answer)),
      onSkipped: ({ from, to }) => inTurn(() => source.skipped({ fromSeq: from, endSeq: to })),
      onCommitted: (seq) => source.committed(seq),
      onFetched: () => inTurn(() => source.fetched()),
      onError: (error) => inTurn(() => source.refused(error)),
    });
  }

  #leave(containerId: ContainerId, reader: Reader): void {
    this.#active.delete(containerId);
    reader.subscription?.end();
    reader.source.stop();
    this.#merge.forget(reader.number);
  }

  #took(reader: Reader, { columns, from, end, matches }: LineRun): void {
    if (this.#active.get(reader.source.containerId) !== reader) return;
    const now = this.#options.timers.now();
    for (let index = from; index < end; index++) {
      const atUs = Number(columns.stampsNs[index] ?? 0n) / 1_000 - reader.skewUs;
      this.#merge.take({ source: reader.number, atUs, columns, index, matches }, now);
    }
    if (this.hasOpened) this.#arrivals.count(columns, from, end);
    if (this.hasOpened && this.#merge.waiting > MOST_WAITING) this.#flush();
    this.#publish();
  }

  #openIfAllAre(): void {
    if (this.#feed.status !== "opening" || this.#active.size === 0) return;
    const states = [...this.#active.values()].map(({ source }) => source.state.status);
    if (!states.includes("opening")) this.#opened();
  }

  #opened(): void {
    this.#cancelOpening();
    if (this.#feed.status !== "opening") return;
    this.#feed = { status: "open" };
    this.#publish();
  }

  #fail(): void {
    this.#cancelOpening();
    this.#feed = { status: "failed", code: "internal", message: "The part of this page that reads logs has stopped." };
    this.#publish();
  }

  #flush(): void {
    const change = this.#merge.flush(this.#options.timers.now());
    if (change === null) return;
    const { from, lines } = change;
    if (from < this.store.endSeq) {
      this.store.dropFrom(from);
      this.#search.movedFrom(from);
    }
    const queryId = this.query?.id ?? null;
    const before = this.store.chunkOf(from - 1) === undefined ? null : this.#origins.at(from - 1).source;
    const { columns, matches } = columnsOf(lines, { place: from, queryId, sourceBefore: before });
    this.store.add(columns, matches);
    for (const [offset, { line, isLate }] of lines.entries()) {
      const seq = line.columns.firstSeq + line.index;
      this.#origins.set(from + offset, { source: line.source, seq, isLate });
    }
    if (this.store.trim(this.#focusPlace) > 0) this.#origins.keepOnly(this.store);
    this.#search.scanNext();
  }

  #shownStamps(source: number, fromSeq: number): Map<number, bigint> {
    this.#flush();
    const stamps = new Map<number, bigint>();
    for (const chunk of this.store.chunks) {
      for (let index = 0; index < chunk.count; index++) {
        const origin = this.#origins.at(chunk.firstSeq + index);
        if (origin.source === source && origin.seq >= fromSeq) stamps.set(origin.seq, chunk.stampNs(index));
      }
    }
    return stamps;
  }

  #publish(): void {
    if (this.#isPublishing || this.#isStopped) return;
    this.#isPublishing = true;
    this.#options.schedule(() => {
      this.#isPublishing = false;
      if (this.#isStopped) return;
      if (this.hasOpened) this.#flush();
      this.#version += 1;
      this.#listeners.tell();
    });
  }
}
