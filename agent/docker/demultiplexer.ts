/**
 * Cuts a framed log stream into messages, however its bytes arrive, without copying those that arrive whole.
 * A frame = stream number, three zero bytes, big-endian length, payload.
 */
import {
  FRAGMENT_BYTES,
  type MessageParser,
  type MessageSink,
  type ParserFault,
  STDERR,
  STDOUT,
} from "./log-message.ts";

const HEADER_BYTES = 8;
const DAEMON_ERROR = 3;
/** The engine's messages are at most 16,384 bytes and a stamp; beyond this a length is garbage, not a long line. */
export const MESSAGE_BYTES = 1024 * 1024;
/** Room for the longest regular message with its stamp. */
const USUAL_BYTES = FRAGMENT_BYTES + 64;

export class Demultiplexer implements MessageParser {
  readonly #sink: MessageSink;
  /** The header and payload of the one message that a chunk's end has cut; grows only for irregular engines. */
  #cut: Buffer = EMPTY;
  #cutBytes = 0;
  #fault: ParserFault | null = null;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  get pendingBytes(): number {
    return this.#cutBytes;
  }

  feed(chunk: Buffer): ParserFault | null {
    let at = this.#cutBytes === 0 ? 0 : this.#finishCut(chunk);
    while (this.#fault === null && at < chunk.length) {
      const end = this.#endOfMessage(chunk, at);
      if (end === null || end > chunk.length) {
        if (this.#fault === null) this.#keep(chunk, at, chunk.length, end === null ? USUAL_BYTES : end - at);
        break;
      }
      this.#deliver(chunk, at, end);
      at = end;
    }
    return this.#fault;
  }

  /** Frames are whole or cut off; there is nothing that only the end could complete. */
  end(): void {}

  /** Completes the cut message from the chunk's beginning; returns where the next one starts. */
  #finishCut(chunk: Buffer): number {
    let at = 0;
    if (this.#cutBytes < HEADER_BYTES) {
      at = Math.min(HEADER_BYTES - this.#cutBytes, chunk.length);
      this.#keep(chunk, 0, at, USUAL_BYTES);
    }
    const length = this.#endOfMessage(this.#cut.subarray(0, this.#cutBytes), 0);
    if (length === null) return at;
    const end = Math.min(at + length - this.#cutBytes, chunk.length);
    this.#keep(chunk, at, end, length);
    if (this.#cutBytes < length) return end;
    this.#cutBytes = 0;
    this.#deliver(this.#cut, 0, length);
    if (this.#cut.length > 2 * USUAL_BYTES) this.#cut = EMPTY;
    return end;
  }

  /** Where the message ends that begins at `at`; `null` while its header is incomplete, or when it is faulty. */
  #endOfMessage(bytes: Buffer, at: number): number | null {
    if (bytes.length - at < HEADER_BYTES) return null;
    const streamByte = bytes[at] ?? 0;
    const isPadded = bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
    if (streamByte < 1 || streamByte > DAEMON_ERROR || !isPadded) {
      this.#fault = { kind: "unknown_stream", streamByte };
      return null;
    }
    const messageBytes = bytes.readUInt32BE(at + 4);
    if (messageBytes > MESSAGE_BYTES) {
      this.#fault = { kind: "oversized_message", messageBytes };
      return null;
    }
    return at + HEADER_BYTES + messageBytes;
  }

  #deliver(bytes: Buffer, at: number, end: number): void {
    const streamByte = bytes[at];
    const start = at + HEADER_BYTES;
    if (streamByte === DAEMON_ERROR) this.#sink.daemonError(bytes.toString("utf8", start, end).trim());
    else this.#sink.message(streamByte === 1 ? STDOUT : STDERR, bytes, start, end);
  }

  /** Appends `chunk[start..end)` to the cut message, which will have `length` bytes as far as known. */
  #keep(chunk: Buffer, start: number, end: number, length: number): void {
    const needed = this.#cutBytes + end - start;
    if (this.#cut.length < needed) {
      // An announced length is only a promise: memory follows the bytes that came, doubling, not the promise.
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(length, Math.max(USUAL_BYTES, needed * 2))));
      this.#cut.copy(grown, 0, 0, this.#cutBytes);
      this.#cut = grown;
    }
    chunk.copy(this.#cut, this.#cutBytes, start, end);
    this.#cutBytes = needed;
  }
}

const EMPTY = Buffer.alloc(0);
