/**
 * Cuts the log of a container with a TTY into messages. There is no framing: each message is a stamp, text, and `\n`;
 * a fragment of a long line is 16,384 bytes without `\n`, and the next message follows at once.
 */
import { FRAGMENT_BYTES, type MessageParser, type MessageSink, type ParserFault, STDOUT } from "./log-message.ts";
import { stampLengthAt, UTC_STAMP_BYTES } from "./log-stamp.ts";

const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);
/** How far a stamp inside a line may lie ahead of our clock and still be the engine's. */
const CLOCK_MARGIN_MS = 60_000;

export class TtySplitter implements MessageParser {
  readonly #sink: MessageSink;
  readonly #nowMs: () => number;
  #pending: Buffer = EMPTY;
  #fault: ParserFault | null = null;

  constructor(sink: MessageSink, nowMs: () => number = Date.now) {
    this.#sink = sink;
    this.#nowMs = nowMs;
  }

  get pendingBytes(): number {
    return this.#pending.length;
  }

  feed(chunk: Buffer): ParserFault | null {
    if (this.#fault !== null) return this.#fault;
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (at < bytes.length) {
      const stampBytes = stampLengthAt(bytes, at);
      if (stampBytes === null) break;
      if (stampBytes === 0) {
        this.#fault = { kind: "missing_stamp" };
        break;
      }
      const textStart = at + stampBytes;
      const limit = textStart + FRAGMENT_BYTES;
      const newline = bytes.subarray(textStart, limit + 1).indexOf(NEWLINE);
      if (newline !== -1) {
        at = this.#deliver(bytes, at, textStart + newline + 1);
        continue;
      }
      const follower = bytes.length < limit ? null : stampLengthAt(bytes, limit);
      if (follower === null) break;
      const delivered = this.#deliver(bytes, at, limit);
      if (follower === 0 && delivered === limit) {
        // An engine that does not cut long lines: its stamp is repeated here, as Docker would have done.
        bytes = Buffer.concat([bytes.subarray(at, textStart), bytes.subarray(limit)]);
        at = 0;
      } else {
        at = delivered;
      }
    }
    this.#pending = this.#fault !== null || at >= bytes.length ? EMPTY : Buffer.from(bytes.subarray(at));
    return this.#fault;
  }

  end(): void {
    const last = this.#pending;
    this.#pending = EMPTY;
    let at = 0;
    while (at < last.length && (stampLengthAt(last, at) ?? 0) > 0) at = this.#deliver(last, at, last.length);
  }

  /** Delivers the message from `at` to `end`, or its part before the next stamp; returns where it ended. */
  #deliver(bytes: Buffer, at: number, end: number): number {
    const cut = this.#laterStampIn(bytes, at, end) ?? end;
    this.#sink.message(STDOUT, bytes, at, cut);
    return cut;
  }

  /**
   * The last words of a container (a prompt) have no newline, and after a restart the next message follows on the same
   * line. Its stamp is later than this one's and not in the future; a stamp that the program printed is earlier.
   */
  #laterStampIn(bytes: Buffer, at: number, end: number): number | null {
    const ownStamp = bytes.toString("latin1", at, at + UTC_STAMP_BYTES - 1);
    const line = bytes.subarray(0, end);
    const firstZone = at + 2 * UTC_STAMP_BYTES - 2;
    for (let zone = line.indexOf("Z ", firstZone); zone !== -1; zone = line.indexOf("Z ", zone + 1)) {
      const start = zone - UTC_STAMP_BYTES + 2;
      if (stampLengthAt(line, start) !== UTC_STAMP_BYTES) continue;
      const stamp = line.toString("latin1", start, start + UTC_STAMP_BYTES - 1);
      const horizon = new Date(this.#nowMs() + CLOCK_MARGIN_MS).toISOString();
      if (stamp > ownStamp && stamp < horizon) return start;
    }
    return null;
  }
}
