/**
 * Numbers one container's lines, packs them into batches and sends them: slowly while nobody watches, at once while
 * somebody does.
 *
 * A little above 300 lines, because numbering, sending and holding back share one state and nothing of it stands alone.
 */
import { ACK_INTERVAL_MS, UNWATCHED_BATCH_BYTES, UNWATCHED_BATCH_MS, WATCHED_FRAME_MS } from "@yardarm/protocol/limits";
import { BatchEncoder, type Compress } from "@yardarm/protocol/log/batch-encoder";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { encodeCursorFrame, FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import { FLAG_LOSS, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { encodeLoss } from "@yardarm/protocol/log/loss";
import { instantFromNs } from "@yardarm/protocol/time";
import { LevelTracker } from "../level/continuation.ts";
import type { LineReader } from "../reading/line-reader.ts";
import type { LineTaker, ReaderReport } from "../reading/line-taker.ts";
import type { Loss } from "../reading/pending-loss.ts";
import { type LogRate, RateLimit } from "./rate-limit.ts";
import type { WindowShare } from "./send-window.ts";

/** A watched container's cursor is sent after so many bytes, or `ACK_INTERVAL_MS`. */
const CURSOR_BYTES = 1024 * 1024;
/** A frame may be this early, and the next is due that much later: a read that comes each millisecond never waits for the one after it. */
const EARLY_FRAME_MS = 0.5;

export type FollowerOptions = {
  /** Makes the reader that hands its lines to `taker`. */
  makeReader(taker: LineTaker): LineReader;
  readonly share: WindowShare;
  /** `null`: as fast as it comes. */
  readonly rate: LogRate | null;
  /** False while there is no connection; the frame is lost then. */
  sendFrame(frame: Uint8Array): boolean;
  readonly compress: Compress;
  readonly clock: { monotonicMs(): number; setTimer(delayMs: number, callback: () => void): () => void };
  onReport(report: ReaderReport): void;
};

export class Follower implements LineTaker {
  // fixed
  readonly #options: FollowerOptions;
  readonly #reader: LineReader;
  readonly #encoder = new BatchEncoder();
  readonly #levels: readonly [LevelTracker, LevelTracker] = [new LevelTracker(), new LevelTracker()];
  readonly #limit: RateLimit | null;
  // state
  #alias = 0;
  #isOnline = false;
  #isWatched = false;
  /** The first line that has not been sent; those in the encoder follow from it. */
  #firstUnsentSeq = 0;
  /** Frames were lost with a connection, or none was ever assigned: only a cursor says where to go on. */
  #needsCursor = true;
  /** The cursor sent last said that the log has ended. */
  #isEndTold = false;
  /** Of batches that were sent and that no cursor covers yet. */
  #uncoveredBytes = 0;
  /** When a watched log's next frame is due, by the monotonic clock. */
  #frameDueMs = Number.NEGATIVE_INFINITY;
  #cancelBatch: (() => void) | null = null;
  #cancelCursor: (() => void) | null = null;
  #hasTurn = true;
  /** Since the limit was last asked. */
  #linesOfRead = 0;
  /** Not `null` while the rate limit keeps the log from being read. */
  #cancelDelay: (() => void) | null = null;
  #wasHeldBack = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    const { rate, clock } = options;
    this.#limit = rate === null ? null : new RateLimit(rate, clock.monotonicMs());
    this.#reader = options.makeReader(this);
  }

  get isReading(): boolean {
    return this.#reader.isReading;
  }

  get isWatched(): boolean {
    return this.#isWatched;
  }

  /** True while back-pressure, the rate limit or other containers' turns keep this log from being read. */
  get isHeldBack(): boolean {
    return !this.#isOnline || !this.#hasTurn || this.#cancelDelay !== null || !this.#options.share.isOpen;
  }

  /** Whether the log was held back at any time since this was asked last. */
  takeHeldBack(): boolean {
    const wasHeldBack = this.#wasHeldBack;
    this.#wasHeldBack = this.isHeldBack;
    return wasHeldBack || this.#wasHeldBack;
  }

  /** Stamp of the line taken last; `null` before the first. */
  get lastTakenNs(): bigint | null {
    return this.#reader.lastTakenNs;
  }

  /**
   * A connection's alias, and what the hub has committed. Where that is all that was ever sent, the follower goes on as
   * if nothing had happened; otherwise it reads again from the cursor.
   */
  assign(alias: number, cursor: LogCursor | null): void {
    this.#alias = alias;
    this.#isOnline = true;
    this.#isWatched = false;
    this.#options.share.clear();
    if (this.#needsCursor || (cursor?.nextSeq ?? 0) !== this.#firstUnsentSeq) {
      this.rewind(cursor?.nextSeq ?? 0, cursor);
      return;
    }
    if (this.#encoder.lineCount > 0) this.#batchSoon();
    this.updateBackPressure();
  }

  /** Goes back to what the hub has committed. */
  rewind(nextSeq: number, cursor: LogCursor | null): void {
    this.#cancelTimers();
    this.#encoder.clear();
    for (const tracker of this.#levels) tracker.reset();
    this.#options.share.clear();
    this.#firstUnsentSeq = nextSeq;
    this.#needsCursor = false;
    this.#uncoveredBytes = 0;
    this.updateBackPressure();
    this.#reader.start(cursor);
  }

  /** The connection is gone: nothing is read until another one assigns an alias. */
  offline(): void {
    this.#isOnline = false;
    this.#cancelTimers();
    this.updateBackPressure();
  }

  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    this.flush();
  }

  acknowledged(nextSeq: number): void {
    this.#options.share.acknowledged(nextSeq);
  }

  /** Reads on, or stops reading, as connection and window allow. */
  updateBackPressure(): void {
    if (!this.isHeldBack) {
      this.#reader.resume();
      return;
    }
    this.#wasHeldBack = true;
    if (this.#hasTurn) this.#reader.pause();
    else this.#reader.park();
  }

  /** False: another container is read in its place, and its stream is closed until it has a turn again. */
  setTurn(hasTurn: boolean): void {
    if (!hasTurn) this.flush();
    this.#hasTurn = hasTurn;
    this.updateBackPressure();
  }

  containerStarted(): void {
    this.#reader.containerStarted();
  }

  containerStopped(): void {
    this.#reader.containerStopped();
  }

  clockSetBack(): void {
    this.#reader.clockSetBack();
  }

  /** Sends what has been taken, with its cursor. */
  flush(): void {
    this.#cancelTimers();
    this.#sendAll();
  }

  close(): void {
    this.#reader.close();
    this.#cancelTimers();
    this.#cancelDelay?.();
    this.#options.share.clear();
  }

  // From the reader.

  line(
    flags: number,
    tsSeconds: number,
    tsNanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    this.#linesOfRead++;
    const tracker = this.#levels[streamOfFlags(flags)];
    const marked = tracker.classify(flags, text, start, end);
    this.#append(marked, tsSeconds, tsNanos, text, start, end, originalLength);
  }

  loss({ reason, fromNs, toNs, lines }: Loss): void {
    const record = { reason, fromTsNs: String(fromNs), toTsNs: String(toNs) };
    const text = encodeLoss(lines === null ? record : { ...record, lines });
    const { seconds, nanos } = instantFromNs(toNs);
    for (const tracker of this.#levels) tracker.reset();
    // In one batch with the line behind it: a cursor between the two would have no place.
    if (this.#encoder.lineCount > 0) this.#sendAll();
    this.#append(FLAG_LOSS, seconds, nanos, text, 0, text.length, 0);
  }

  readEnd(): void {
    this.#slowDown();
    if (this.#encoder.lineCount === 0) return;
    if (!this.#isWatched) {
      if (this.#isFull) this.#sendAll();
      else this.#batchSoon();
      return;
    }
    const { clock } = this.#options;
    if (clock.monotonicMs() >= this.#frameDueMs - EARLY_FRAME_MS) this.#sendWatched();
    else this.#cancelBatch ??= clock.setTimer(WATCHED_FRAME_MS, () => this.#sendWatched());
  }

  report(report: ReaderReport): void {
    if (report.kind !== "reading") this.flush();
    // That a log has ended is told although no line came with it.
    if (report.kind === "gone" && !this.#isEndTold) this.#tellCursor();
    this.#options.onReport(report);
  }

  /** Lines that have been taken are sent in any case; what the limit delays is the next read. */
  #slowDown(): void {
    if (this.#limit === null || this.#linesOfRead === 0) return;
    const { clock } = this.#options;
    const delayMs = this.#limit.take(this.#linesOfRead, clock.monotonicMs());
    this.#linesOfRead = 0;
    if (delayMs === 0) return;
    this.#cancelDelay?.();
    this.#cancelDelay = clock.setTimer(delayMs, () => {
      this.#cancelDelay = null;
      this.updateBackPressure();
    });
    this.updateBackPressure();
  }

  #append(
    flags: number,
    tsSeconds: number,
    tsNanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    const encoder = this.#encoder;
    // Looked at before the line is added, because the reader's cursor does not cover a line that is still being handed over.
    if (this.#isFull) this.#sendAll();
    if (encoder.append(tsSeconds, tsNanos, flags, text, start, end, originalLength)) return;
    this.#sendAll();
    encoder.append(tsSeconds, tsNanos, flags, text, start, end, originalLength);
  }

  get #isFull(): boolean {
    return !this.#isWatched && this.#encoder.rawBytes >= UNWATCHED_BATCH_BYTES;
  }

  #batchSoon(): void {
    this.#cancelBatch ??= this.#options.clock.setTimer(UNWATCHED_BATCH_MS, () => this.#sendAll());
  }

  #sendAll(): void {
    this.#sendBatch();
    this.#sendCursor();
  }

  #sendWatched(): void {
    this.#sendBatch();
    // A flood must not wait for the timer with its window full: the hub commits by size, too.
    if (this.#uncoveredBytes >= CURSOR_BYTES) this.#sendCursor();
    else
      this.#cancelCursor ??= this.#options.clock.setTimer(ACK_INTERVAL_MS, () => {
        this.#cancelCursor = null;
        this.#sendAll();
      });
  }

  #sendBatch(): void {
    this.#cancelBatch?.();
    this.#cancelBatch = null;
    const { clock, share, compress, sendFrame } = this.#options;
    const lines = this.#encoder.lineCount;
    if (lines === 0 || this.#needsCursor) return;
    const options = { prefixBytes: FRAME_PREFIX_BYTES };
    const frame = this.#encoder.finish(this.#firstUnsentSeq, this.#isWatched ? options : { ...options, compress });
    writeFramePrefix(frame, FRAME_LOG_BATCH, this.#alias);
    this.#firstUnsentSeq += lines;
    this.#frameDueMs = Math.max(this.#frameDueMs, clock.monotonicMs()) + WATCHED_FRAME_MS;
    if (!this.#isOnline || !sendFrame(frame)) {
      this.#needsCursor = true;
      return;
    }
    this.#uncoveredBytes += frame.length;
    share.sent(this.#firstUnsentSeq, frame.length);
    this.updateBackPressure();
  }

  #sendCursor(): void {
    this.#cancelCursor?.();
    this.#cancelCursor = null;
    if (this.#uncoveredBytes > 0) this.#tellCursor();
  }

  #tellCursor(): void {
    if (!this.#isOnline || this.#needsCursor) return;
    const cursor = this.#reader.cursor(this.#firstUnsentSeq);
    this.#uncoveredBytes = 0;
    this.#isEndTold = cursor.ended === true;
    this.#options.sendFrame(encodeCursorFrame(this.#alias, cursor));
  }

  #cancelTimers(): void {
    this.#cancelBatch?.();
    this.#cancelCursor?.();
    this.#cancelBatch = null;
    this.#cancelCursor = null;
  }
}
