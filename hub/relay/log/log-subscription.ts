import { toProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId } from "@yardarm/protocol/ids";
import { DEFAULT_TAIL_LINES, MAX_TAIL_LINES, VIEWER_QUEUE_BYTES } from "@yardarm/protocol/limits";
import { type ReportFailure, reportUnder } from "../../observability/report-failure.ts";
import type { LogSource } from "../viewer/send-queue.ts";
import type { Viewer, ViewerSubscription } from "../viewer/viewer.ts";
import type { CommittedLog } from "./committed-log.ts";
import type { HeldEpoch } from "./epochs.ts";
import type { LogSubscriber } from "./fan-out.ts";
import { LogChunk, type LogEncoding } from "./log-chunk.ts";
import { type LogPiece, readPiece } from "./log-reader.ts";
import type { LogStream } from "./log-stream.ts";

/** Backfill is read and sent in pieces of about this size. */
const PIECE_BYTES = 512 * 1024;
/** One `log.fetch` answers at most about this much; the client asks on. */
const FETCH_BYTES = VIEWER_QUEUE_BYTES;
const MOST_WAITING_FETCHES = 8;
/** A viewer that is this far behind after its backfill is not catching up: it is told what it skips. */
const MOST_LINES_BEHIND = MAX_TAIL_LINES;

export interface LogSubscriptionOptions {
  readonly containerId: ContainerId;
  readonly viewer: Viewer;
  readonly log: CommittedLog;
  readonly encoding: LogEncoding;
  /** Where to begin: the last `tail` lines, or `sinceSeq`. */
  readonly tail: number | null;
  readonly sinceSeq: number | null;
  /** What a client that comes back holds. */
  readonly held: HeldEpoch | null;
  readonly report: ReportFailure;
}

interface SeqSpan {
  readonly fromSeq: number;
  readonly toSeq: number;
}

/**
 * One viewer watching one container: `log.subscribed`, backfill, then live, as one sequence without a hole or an overlap.
 * It is live as soon as it has been sent exactly what the others have: the switch is a seq, never a clock.
 */
export class LogSubscription implements LogSubscriber, ViewerSubscription, LogSource {
  // fixed
  readonly containerId: ContainerId;
  readonly #options: LogSubscriptionOptions;
  // state
  #phase: "opening" | "backfilling" | "live" | "ended" = "opening";
  #stream: LogStream | null = null;
  /** The next line to send. */
  #position = 0;
  /** Up to here the viewer knows its lines committed. */
  #toldSeq = 0;
  /** Grows with every new epoch: what was read before it is not sent after it. */
  #restarts = 0;
  #fetches: SeqSpan[] = [];
  #isFetching = false;

  constructor(options: LogSubscriptionOptions) {
    this.#options = options;
    this.containerId = options.containerId;
  }

  get isEnded(): boolean {
    return this.#phase === "ended";
  }

  get isLive(): boolean {
    return this.#phase === "live";
  }

  /** Begins on `stream`; never rejects: the viewer is told. */
  async open(loading: Promise<LogStream>): Promise<void> {
    try {
      const stream = await loading;
      if (!this.isEnded) {
        this.#stream = stream;
        stream.add(this);
      }
      stream.release();
      const oldestSeq = await this.#oldestNeeded();
      if (this.#phase !== "opening") return;
      const { tail, sinceSeq } = this.#options;
      const wanted = sinceSeq ?? stream.ring.endSeq - (tail ?? DEFAULT_TAIL_LINES);
      this.#position = Math.min(Math.max(wanted, oldestSeq, 0), stream.ring.endSeq);
      this.#phase = "backfilling";
      const { held } = this.#options;
      this.#announce(stream, held === null ? stream.epochs.startSeq : stream.epochs.contradictedFrom(held));
      await this.#catchUp(stream);
    } catch (error) {
      this.#fail(error, "log.subscribe");
      this.end();
    }
  }

  deliver(chunk: LogChunk): void {
    const stream = this.#stream;
    if (stream === null || !this.isLive || chunk.endSeq <= this.#position) return;
    if (chunk.firstSeq !== this.#position) {
      this.#fallBack(stream);
      return;
    }
    this.#position = chunk.endSeq;
    const bytes = this.#encoded(chunk);
    if (bytes === null) this.#skip(chunk.firstSeq, chunk.endSeq);
    else this.#options.viewer.sendLive({ source: this, firstSeq: chunk.firstSeq, endSeq: chunk.endSeq, bytes });
  }

  deliverUnreadable(fromSeq: number, toSeq: number): void {
    if (toSeq <= this.#position) return;
    this.#skip(Math.max(fromSeq, this.#position), toSeq);
    this.#position = toSeq;
  }

  restarted(): void {
    const stream = this.#stream;
    if (stream === null || this.#phase === "opening" || this.#phase === "ended") return;
    this.#restarts += 1;
    this.#position = Math.min(this.#position, stream.epochs.startSeq);
    this.#announce(stream, stream.epochs.startSeq);
    if (this.isLive && this.#position !== stream.deliveredSeq) this.#fallBack(stream);
  }

  /** Lines that this viewer does not hold, answered in order, one request after the other. */
  fetch(span: SeqSpan): void {
    if (this.#fetches.length >= MOST_WAITING_FETCHES) {
      const { viewer } = this.#options;
      viewer.send({
        type: "error",
        code: "rate_limited",
        message: "Too many ranges are waiting to be fetched.",
        refused: "log.fetch",
        containerId: this.containerId,
      });
      return;
    }
    this.#fetches.push(span);
    if (!this.#isFetching) void this.#serveFetches();
  }

  end(): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#stream?.remove(this);
    this.#fetches = [];
    const { subscriptions } = this.#options.viewer;
    if (subscriptions.get(this.containerId) === this) subscriptions.delete(this.containerId);
  }

  committed(seq: number): void {
    if (this.#phase === "opening") return;
    this.#toldSeq = seq;
    this.#options.viewer.send({ type: "log.committed", containerId: this.containerId, seq });
  }

  #announce(stream: LogStream, committedSeq: number): void {
    this.#toldSeq = committedSeq;
    this.#options.viewer.send({
      type: "log.subscribed",
      containerId: this.containerId,
      alias: stream.alias,
      epoch: stream.epochs.name,
      fromSeq: this.#position,
      committedSeq,
      nextSeq: stream.ring.endSeq,
    });
  }

  /** The oldest line that the store has, when backfill reaches back behind the ring; otherwise anything below is fine. */
  async #oldestNeeded(): Promise<number> {
    const stream = this.#stream;
    if (stream === null) return 0;
    const { tail, sinceSeq, log } = this.#options;
    const wanted = sinceSeq ?? stream.ring.endSeq - (tail ?? DEFAULT_TAIL_LINES);
    if (wanted >= stream.ring.firstSeq) return 0;
    return (await log.firstSeq(stream.orgId, this.containerId)) ?? stream.ring.firstSeq;
  }

  /** A live viewer missed something, which only a restart can cause: it reads on where it was. */
  #fallBack(stream: LogStream): void {
    this.#phase = "backfilling";
    void this.#catchUp(stream).catch((error: unknown) => {
      this.#fail(error, "log.subscribe");
      this.end();
    });
  }

  async #catchUp(stream: LogStream): Promise<void> {
    const backfillEnd = stream.ring.endSeq;
    while (this.#phase === "backfilling") {
      await this.#options.viewer.room();
      if (this.#phase !== "backfilling") return;
      // From here to the switch nothing may wait.
      if (this.#position >= stream.deliveredSeq) {
        this.#phase = "live";
        // A log that has ended is never told again.
        if (stream.committedSeq > this.#toldSeq) this.committed(stream.committedSeq);
        return;
      }
      if (this.#position >= backfillEnd && stream.deliveredSeq - this.#position > MOST_LINES_BEHIND) {
        const { firstSeq } = stream.ring;
        this.#skip(this.#position, firstSeq);
        this.#position = firstSeq;
        continue;
      }
      const restarts = this.#restarts;
      const fromSeq = this.#position;
      const piece = await this.#read(stream, { fromSeq, toSeq: stream.deliveredSeq });
      if (restarts !== this.#restarts || this.#phase !== "backfilling") continue;
      this.#position = piece.endSeq;
      this.#sendPiece(fromSeq, piece);
    }
  }

  #read(stream: LogStream, span: SeqSpan): Promise<LogPiece> {
    return readPiece(this.#options.log, stream, { ...span, maxBytes: PIECE_BYTES });
  }

  #sendPiece(fromSeq: number, { frames, endSeq }: LogPiece): number {
    if (frames.length > 0) {
      const chunk = new LogChunk({ containerId: this.containerId, firstSeq: fromSeq, endSeq, frames });
      const bytes = this.#encoded(chunk);
      if (bytes !== null) {
        this.#options.viewer.sendBackfill(bytes);
        return bytes.length;
      }
    }
    this.#skip(fromSeq, endSeq);
    return 0;
  }

  /** `null`: the lines cannot be decoded. */
  #encoded(chunk: LogChunk): Uint8Array | null {
    try {
      return chunk.encode(this.#options.encoding, this.#options.viewer.transport);
    } catch (error) {
      this.#options.report(error);
      return null;
    }
  }

  #skip(from: number, to: number): void {
    if (from < to) this.#options.viewer.send({ type: "skipped", containerId: this.containerId, from, to });
  }

  async #serveFetches(): Promise<void> {
    this.#isFetching = true;
    for (let span = this.#fetches.shift(); span !== undefined && !this.isEnded; span = this.#fetches.shift()) {
      try {
        await this.#serveFetch(span);
      } catch (error) {
        this.#fail(error, "log.fetch");
      }
    }
    this.#isFetching = false;
  }

  async #serveFetch(span: SeqSpan): Promise<void> {
    const stream = this.#stream;
    const { containerId } = this;
    const { viewer, log } = this.#options;
    let { fromSeq, toSeq } = span;
    if (stream !== null && fromSeq < stream.ring.firstSeq) {
      fromSeq = Math.max(fromSeq, (await log.firstSeq(stream.orgId, containerId)) ?? stream.ring.firstSeq);
    }
    let position = Math.min(fromSeq, toSeq);
    let bytes = 0;
    while (stream !== null && position < toSeq && bytes < FETCH_BYTES) {
      const restarts = this.#restarts;
      await viewer.room();
      const piece = await this.#read(stream, { fromSeq: position, toSeq });
      if (this.isEnded) return;
      if (restarts !== this.#restarts) {
        // Lines of the epoch that ended must not follow its end; those of the new one come by themselves.
        toSeq = Math.min(toSeq, stream.epochs.startSeq);
        position = Math.min(position, toSeq);
        continue;
      }
      if (piece.endSeq === position) break;
      // A hole is not sent: that the answer reaches over it without lines says it.
      if (piece.frames.length > 0) bytes += this.#sendPiece(position, piece);
      position = piece.endSeq;
    }
    viewer.send({ type: "log.fetched", containerId, fromSeq: Math.min(fromSeq, position), toSeq: position });
  }

  #fail(error: unknown, refused: "log.subscribe" | "log.fetch"): void {
    if (this.isEnded) return;
    const { code, message } = toProtocolError(error);
    const { viewer, report } = this.#options;
    viewer.send({
      ...{ type: "error", code, message, refused, containerId: this.containerId },
      ...(code === "internal" ? { requestId: reportUnder(report, error) } : {}),
    });
  }
}
