/**
 * Reads one container's files: what is stored, then, for a follow, what is appended, through rotations, until the
 * container has stopped. One file, because it is one loop over one position.
 */
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { toProtocolError } from "@yardarm/protocol/errors";
import type { FileCursorHint } from "@yardarm/protocol/log/cursor";
import type { StreamNumber } from "@yardarm/protocol/log/line-flags";
import { LF } from "../level/byte-class.ts";
import type { ContainerRun } from "../container-run.ts";
import { stampNs } from "../reading/line-tail.ts";
import type { LogEnd, LogRead, MessageReader, OpenLog } from "../log-source.ts";
import { keptFiles, rotationBytes } from "../reading/rotation.ts";
import { FileChain } from "./file-chain.ts";
import { FileNews } from "./file-news.ts";
import { LONGEST_LINE_BYTES } from "./file-search.ts";
import { gunzipped } from "./gzip-log.ts";
import { JsonLogParser, type JsonLogSink } from "./json-log-parser.ts";
import type { DirectoryAnswer } from "./log-directory.ts";
import type { LogFile } from "./log-file.ts";

const INSPECT_AGAIN_MS = 5_000;
/** A smaller file is full, and the one before it removed, within a few milliseconds. */
const HASTY_ROTATION_BYTES = 1_000_000;

export type FileReadingOptions = {
  find(): DirectoryAnswer;
  readonly read: LogRead;
  readonly reader: MessageReader;
  /** Rejects while the engine cannot say. */
  inspect(): Promise<ContainerRun>;
};

/** One for all readings: each uses it up before it lets go of the thread. */
const WINDOW = Buffer.allocUnsafeSlow(LONGEST_LINE_BYTES);

export class FileReading implements OpenLog, JsonLogSink {
  // fixed
  readonly #options: FileReadingOptions;
  readonly #reader: MessageReader;
  readonly #parser = new JsonLogParser(this);
  readonly #news: FileNews;
  readonly #over = new AbortController();
  // state: where we are
  #chain: FileChain | null = null;
  #offset = 0;
  /** Where the bytes begin that are being parsed; `null` between two reads. */
  #windowOffset: number | null = null;
  #lastSeconds = 0;
  #lastNanos = 0;
  // state: what was asked for
  #isPaused = false;
  #isContainerStopped = false;

  constructor(options: FileReadingOptions) {
    const { logDriver, logOptions } = options.read.container;
    this.#options = options;
    this.#reader = options.reader;
    const isHasty = (rotationBytes(logDriver, logOptions) ?? Number.POSITIVE_INFINITY) < HASTY_ROTATION_BYTES;
    this.#news = new FileNews({ isHasty, onError: (error) => void this.#failed(error) });
    void this.#run();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#news.wake();
  }

  containerStopped(): void {
    this.#isContainerStopped = true;
    this.#news.wake();
  }

  close(): void {
    if (this.#isOver) return;
    this.#over.abort();
    this.#parser.stop();
    this.#news.close();
  }

  position(): FileCursorHint | null {
    const file = this.#chain?.first.file;
    if (file === undefined || file.inode === null || file.isCompressed) return null;
    const offset = this.#windowOffset === null ? this.#offset : this.#windowOffset + this.#parser.lineStart;
    return { kind: "file", inode: file.inode, offset };
  }

  // From the parser.

  message(stream: StreamNumber, seconds: number, nanos: number, payload: Uint8Array, start: number, end: number): void {
    this.#lastSeconds = seconds;
    this.#lastNanos = nanos;
    this.#reader.message(stream, seconds, nanos, payload, start, end);
  }

  damage(kind: "line" | "zeros"): void {
    if (kind === "line") this.#reader.missing("source_error", 1);
    else this.#reader.missing("truncated_source", null);
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { find, read } = this.#options;
    // Nothing is delivered before `open` has returned.
    await Promise.resolve();
    if (this.#isOver) return;
    try {
      const answer = find();
      if (answer.kind === "refused") throw new Error(answer.reason);
      const { directory } = answer;
      // Before the first look, so that no change falls between the two.
      if (read.extent === "follow") this.#news.follow(directory);
      this.#chain = new FileChain(directory, read.from, keptFiles(read.container));
      if (this.#chain.hasLostBeginning) this.#reader.missing("rotated", null);
      this.#offset = this.#chain.first.offset;
      if (read.extent === "follow") void this.#askWhetherItRuns();
      await this.#readOn(this.#chain);
      this.#end({ kind: "complete" });
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.#news.close();
      this.#chain?.close();
    }
  }

  async #readOn(chain: FileChain): Promise<void> {
    const isFollow = this.#options.read.extent === "follow";
    for (;;) {
      await this.#unpaused();
      if (this.#isOver) return;
      this.#news.looking();
      const isLast = !isFollow || this.#isContainerStopped;
      chain.survey();
      const { file } = chain.first;
      const offset = this.#offset;
      const hasMore = file.isCompressed ? await this.#readCompressed(file) : this.#readPlain(file);
      if (this.#isOver) return;
      if (hasMore) await nextTurn();
      else if (chain.hasNext) this.#goToNext(chain);
      else if (isLast) return;
      else await this.#news.next(this.#offset !== offset, file.isRemoved);
    }
  }

  /** Reads once. Returns false at the end of what there is. */
  #readPlain(file: LogFile): boolean {
    // One byte more in front: unless it ends a line, this is not the file that it was.
    const overlap = this.#offset > 0 ? 1 : 0;
    const length = file.read(WINDOW, 0, WINDOW.length, this.#offset - overlap);
    const isSound = overlap === 0 || this.#parser.isSkipping || WINDOW[0] === LF || WINDOW[0] === 0;
    if (length < overlap || !isSound) {
      this.#reader.missing("truncated_source", null);
      this.#offset = 0;
      return true;
    }
    if (length === overlap) return false;
    const windowOffset = this.#offset - overlap;
    this.#windowOffset = windowOffset;
    const consumed = this.#parser.feed(WINDOW, overlap, length);
    this.#windowOffset = null;
    if (this.#isOver) return false;
    this.#offset = windowOffset + consumed;
    if (consumed > overlap) this.#reader.readEnd();
    else if (length === WINDOW.length) this.#parser.skipLine();
    return length === WINDOW.length;
  }

  async #readCompressed(file: LogFile): Promise<false> {
    const window = Buffer.allocUnsafe(LONGEST_LINE_BYTES);
    let length = 0;
    try {
      for await (const piece of gunzipped(file)) {
        await this.#unpaused();
        if (this.#isOver) return false;
        if (length + piece.length > window.length) {
          this.#parser.skipLine();
          length = 0;
        }
        piece.copy(window, length);
        length += piece.length;
        const consumed = this.#parser.feed(window, 0, length);
        if (this.#isOver) return false;
        window.copy(window, 0, consumed, length);
        length -= consumed;
        this.#reader.readEnd();
        await nextTurn();
      }
      if (length > 0) this.#reader.missing("source_error", 1);
    } catch (error) {
      const isZlib = error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
      if (!isZlib) throw error;
      // Cut off or damaged: what could be read of it was.
      this.#reader.missing("source_error", null);
    }
    return false;
  }

  #goToNext(chain: FileChain): void {
    const { file } = chain.first;
    // Half a line that nobody will finish.
    if (!file.isCompressed && file.sizeBytes > this.#offset) this.#reader.missing("source_error", 1);
    const next = chain.next(stampNs(this.#lastSeconds, this.#lastNanos));
    this.#offset = 0;
    switch (next.kind) {
      case "next":
        return;
      case "gap":
        this.#reader.missing("rotated", null);
        return;
      case "none":
      case "unknown":
        throw new Error("The engine rotated its files faster than they could be told apart.");
    }
  }

  async #unpaused(): Promise<void> {
    while (this.#isPaused && !this.#isOver) {
      this.#news.looking();
      await this.#news.woken();
    }
  }

  /** A container that does not run writes no more, and nothing would ever tell. */
  async #askWhetherItRuns(): Promise<void> {
    while (!this.#isOver && !this.#isContainerStopped) {
      const run = await this.#options.inspect().catch(() => null);
      if (run === "running") return;
      if (run !== null) this.containerStopped();
      else await delay(INSPECT_AGAIN_MS, undefined, { ref: false, signal: this.#over.signal }).catch(() => {});
    }
  }

  async #failed(error: unknown): Promise<void> {
    const run = this.#isOver ? null : await this.#options.inspect().catch(() => null);
    this.#end(run === "gone" ? { kind: "gone" } : { kind: "broken", error: toProtocolError(error) });
  }

  #end(end: LogEnd): void {
    if (this.#isOver) return;
    this.close();
    this.#reader.ended(end);
  }
}
