import { type LogMessage, type LogStreamName, payloadBytes } from "./log-message.ts";
import { LogReader, type LogReadOptions } from "./log-reader.ts";

/**
 * Lines that exist only when somebody reads them; they lie before everything that is written. Line `index` is stamped
 * `firstTsNs + index × intervalNs + offsetNs`.
 */
export interface LogHistory {
  readonly lines: number;
  readonly firstTsNs: bigint;
  readonly intervalNs: bigint;
  /**
   * MUST always give the same line, shorter than 16 KiB and without its newline, for the same index. `offsetNs` (default
   * 0) MUST be less than the interval, and stamps MUST NOT fall from one line to the next.
   */
  line(index: number): { readonly stream?: LogStreamName; readonly text: string; readonly offsetNs?: bigint };
}

export interface LogStoreOptions {
  /** Size of one log file in bytes; beyond it the driver rotates. Without it nothing rotates. */
  readonly maxFileBytes?: number;
  /** Files kept, the open one included. */
  readonly maxFiles: number;
  /** Share of a rotated file that an open follow repeats: 0.3 as measured on 20.10, 0 for an engine that does not. */
  readonly repeatShare: number;
  /** Memory bound, rotation or not. Beyond it the oldest messages go and readers behind them jump, as with a rotation. */
  readonly maxBytes: number;
  readonly history?: LogHistory;
}

/** What json-file adds to each message on disk: keys, quotes, stream and time. */
const STORED_OVERHEAD_BYTES = 76;
/** Dropped messages are let go in slices of this many. */
const COMPACT_AFTER = 1024;

/** What a log driver keeps of one container, in memory, bounded in bytes; the oldest messages go first. */
export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #followers = new Set<LogReader>();

  #messages: LogMessage[] = [];
  /** Absolute index of `#messages[0]`; indices count from the first message ever written, history included. */
  #base: number;
  #first = 0;
  #keptBytes = 0;
  /** Absolute index of the first message of each file, oldest first; the last is the open file. */
  #fileStarts: number[];
  #openFileBytes = 0;

  constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#base = options.history?.lines ?? 0;
    this.#fileStarts = [0];
  }

  /** Absolute index of the oldest message that is still there. */
  get firstIndex(): number {
    return this.#first;
  }

  /** Absolute index of the next message to be written. */
  get endIndex(): number {
    return this.#base + this.#messages.length;
  }

  get openReaders(): number {
    return this.#followers.size;
  }

  at(index: number): LogMessage | undefined {
    const { history } = this.#options;
    if (index < this.#first) return undefined;
    if (history === undefined || index >= history.lines) return this.#messages[index - this.#base];
    const { stream = "stdout", text, offsetNs = 0n } = history.line(index);
    const tsNs = history.firstTsNs + BigInt(index) * history.intervalNs + offsetNs;
    return { tsNs, stream, payload: `${text}\n` };
  }

  /** Index of the first message with a stamp of at least `tsNs`, looking from `from` on; `endIndex` when there is none. */
  indexOfFirstSince(tsNs: bigint, from: number): number {
    const { history } = this.#options;
    let index = Math.max(from, this.#first);
    if (history !== undefined && index < history.lines && history.intervalNs > 0n && tsNs > history.firstTsNs) {
      // All lines before this one are older, because an offset never reaches the next line's place.
      const steps = (tsNs - history.firstTsNs) / history.intervalNs;
      index = Math.max(index, Number(steps < BigInt(history.lines) ? steps : BigInt(history.lines)));
    }
    const end = this.endIndex;
    while (index < end && (this.at(index)?.tsNs ?? 0n) < tsNs) index++;
    return index;
  }

  append(message: LogMessage): void {
    const bytes = payloadBytes(message);
    const { maxFileBytes, maxBytes } = this.#options;
    if (maxFileBytes !== undefined && this.#openFileBytes >= maxFileBytes) this.#startFile();
    this.#messages.push(message);
    this.#openFileBytes += bytes + STORED_OVERHEAD_BYTES;
    this.#keptBytes += bytes;
    while (this.#keptBytes > maxBytes && this.#first < this.endIndex - 1) {
      this.#dropBefore(Math.max(this.#first, this.#base) + 1);
    }
    for (const follower of this.#followers) follower.wake();
  }

  /**
   * A rotation now. Only the newest `keep` messages stay; each open follow is sent the last `repeat` messages it has
   * already had once more, and then silently jumps over the next `skip`.
   */
  rotate(options: { readonly keep: number; readonly repeat?: number; readonly skip?: number }): void {
    for (const follower of this.#followers) {
      if (options.repeat !== undefined) follower.repeat(options.repeat);
      if (options.skip !== undefined) follower.skip(options.skip);
    }
    this.#dropBefore(Math.max(this.#first, this.endIndex - options.keep));
    this.#fileStarts = [this.#first];
    this.#openFileBytes = 0;
    for (const follower of this.#followers) follower.wake();
  }

  open(options: LogReadOptions): LogReader {
    const reader = new LogReader(this, options);
    if (options.follow) this.#followers.add(reader);
    return reader;
  }

  /** The reader is done with; it MUST be called for every reader that follows. */
  release(reader: LogReader): void {
    this.#followers.delete(reader);
  }

  /** The container has stopped: follows end after what is stored. */
  endFollows(): void {
    for (const follower of this.#followers) follower.finish();
    this.#followers.clear();
  }

  /**
   * The driver's own rotation. A follow that reads promptly repeats the end of the rotated file; one that is more than
   * a file behind goes straight to the new file, whatever of the skipped ones is still on the disk.
   */
  #startFile(): void {
    const rotatedFrom = this.#fileStarts.at(-1) ?? this.#first;
    const start = this.endIndex;
    const repeated = Math.ceil((start - rotatedFrom) * this.#options.repeatShare);
    for (const follower of this.#followers) {
      if (follower.position < rotatedFrom) follower.jumpTo(start);
      else follower.repeat(Math.min(repeated, follower.position - rotatedFrom));
    }
    this.#fileStarts.push(start);
    this.#openFileBytes = 0;
    while (this.#fileStarts.length > this.#options.maxFiles) this.#fileStarts.shift();
    this.#dropBefore(this.#fileStarts[0] ?? start);
  }

  #dropBefore(index: number): void {
    for (let at = Math.max(this.#first, this.#base); at < index; at++) {
      const dropped = this.#messages[at - this.#base];
      if (dropped !== undefined) this.#keptBytes -= payloadBytes(dropped);
    }
    this.#first = Math.max(this.#first, index);
    const gone = this.#first - this.#base;
    if (gone < COMPACT_AFTER || gone < this.#messages.length / 2) return;
    this.#messages.splice(0, gone);
    this.#base = this.#first;
  }
}
