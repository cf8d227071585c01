import type { ContainerId } from "@yardarm/protocol/ids";
import type { Turn } from "../viewer/turn.ts";
import { LogChunk } from "./log-chunk.ts";
import type { LogEntry } from "./log-entry.ts";
import type { Ring } from "./ring.ts";

/** Text and columns that go into one chunk: the grain in which a slow viewer's queue drops. */
const CHUNK_BYTES = 256 * 1024;

/** One viewer's interest in a container. */
export interface LogSubscriber {
  /** True when it takes chunks as they come; otherwise it is still reading backfill. */
  readonly isLive: boolean;
  deliver(chunk: LogChunk): void;
  /** Lines that nobody can read. */
  deliverUnreadable(fromSeq: number, toSeq: number): void;
  /** A new epoch began: lines from its start on will be numbered anew. */
  restarted(): void;
  /** Everything below is committed for good. Told now and then. */
  committed(seq: number): void;
}

export interface FanOutOptions {
  readonly containerId: ContainerId;
  readonly ring: Ring;
  readonly turn: Turn;
  readonly startSeq: number;
  /** Told of a compressed frame that cannot be opened; it has been passed over. */
  readonly unreadable: (entry: LogEntry, error: unknown) => void;
  /** Told after each round: everything below `deliveredSeq` was handed out. */
  readonly delivered: () => void;
}

/** Hands a container's lines to the viewers that are live, once per turn of the event loop, in order. */
export class FanOut {
  // fixed
  readonly #options: FanOutOptions;
  readonly #subscribers = new Set<LogSubscriber>();
  // state
  #deliveredSeq: number;
  #isQueued = false;
  #opening: LogEntry | null = null;

  constructor(options: FanOutOptions) {
    this.#options = options;
    this.#deliveredSeq = options.startSeq;
  }

  /** Everything below was handed to whoever was live; here a backfill becomes live. */
  get deliveredSeq(): number {
    return this.#deliveredSeq;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  add(subscriber: LogSubscriber): void {
    this.#subscribers.add(subscriber);
  }

  /** False when it was not there. */
  remove(subscriber: LogSubscriber): boolean {
    return this.#subscribers.delete(subscriber);
  }

  /** Lines from `seq` on will be numbered anew. */
  restart(seq: number): void {
    this.#deliveredSeq = seq;
    for (const subscriber of [...this.#subscribers]) subscriber.restarted();
  }

  committed(seq: number): void {
    for (const subscriber of this.#subscribers) subscriber.committed(seq);
  }

  /** Something came: it is handed out when the turn ends. */
  queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.#options.turn.atEnd(() => {
      this.#isQueued = false;
      this.#round();
      this.#options.delivered();
    });
  }

  /** A compressed frame holds back those behind it until it is open. */
  #round(): void {
    const live = [...this.#subscribers].filter((subscriber) => subscriber.isLive);
    if (live.length === 0) {
      this.#deliveredSeq = this.#options.ring.endSeq;
      return;
    }
    let frames: Uint8Array[] = [];
    let bytes = 0;
    let endSeq = this.#deliveredSeq;
    const emit = (): void => {
      if (frames.length > 0) this.#deliver(live, frames, endSeq);
      frames = [];
      bytes = 0;
    };
    for (const entry of this.#options.ring.from(this.#deliveredSeq)) {
      if (entry.plain === null) {
        this.#open(entry);
        break;
      }
      frames.push(entry.plain);
      bytes += entry.plain.length;
      endSeq = entry.endSeq;
      if (bytes >= CHUNK_BYTES) emit();
    }
    emit();
  }

  #deliver(live: readonly LogSubscriber[], frames: readonly Uint8Array[], endSeq: number): void {
    const { containerId } = this.#options;
    const chunk = new LogChunk({ containerId, firstSeq: this.#deliveredSeq, endSeq, frames });
    this.#deliveredSeq = endSeq;
    for (const subscriber of live) subscriber.deliver(chunk);
  }

  #open(entry: LogEntry): void {
    if (this.#opening === entry) return;
    this.#opening = entry;
    entry
      .unpack()
      .then(
        () => this.#options.ring.recount(entry),
        (error: unknown) => this.#passOver(entry, error),
      )
      .finally(() => {
        this.#opening = null;
        this.queue();
      });
  }

  #passOver(entry: LogEntry, error: unknown): void {
    if (this.#options.ring.at(this.#deliveredSeq) === entry) {
      for (const subscriber of [...this.#subscribers]) {
        if (subscriber.isLive) subscriber.deliverUnreadable(this.#deliveredSeq, entry.endSeq);
      }
      this.#deliveredSeq = entry.endSeq;
    }
    this.#options.unreadable(entry, error);
  }
}
