/**
 * Counts the log frames in a server's raw WebSocket bytes, and checks that they follow each other, as cheaply as it can
 * be done: only headers are looked at. A hundred viewers on the machine under test must not be what is measured.
 */
import { BATCH_HEADER_BYTES } from "@yardarm/protocol/log/batch-header";
import { FRAME_PREFIX_BYTES } from "@yardarm/protocol/log/frame";

const OPCODE_TEXT = 0x1;
const OPCODE_BINARY = 0x2;
const OPCODE_PING = 0x9;
const MOST_HEADER_BYTES = 10;
/** The WebSocket header, then as much of the log frame as holds its numbers. */
const LOOK_BYTES = MOST_HEADER_BYTES + FRAME_PREFIX_BYTES + BATCH_HEADER_BYTES;
const LINE_COUNT_AT = FRAME_PREFIX_BYTES + 4;
const FIRST_SEQ_AT = FRAME_PREFIX_BYTES + 8;

export class FrameCounter {
  readonly #onPing: (payload: Buffer) => void;
  #texts = 0;
  #frames = 0;
  #lines = 0;
  #nextSeq = -1;
  /** Bytes of the current frame that are still to come. */
  #skip = 0;
  /** The beginning of a frame whose header is not whole yet. */
  #rest: Buffer = Buffer.alloc(0);

  /** `onPing`: what a pong has to carry; it may be overwritten afterwards. A server cuts off whoever does not answer. */
  constructor(onPing: (payload: Buffer) => void = () => {}) {
    this.#onPing = onPing;
  }

  /** Text messages so far. */
  get texts(): number {
    return this.#texts;
  }

  get frames(): number {
    return this.#frames;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Takes the next bytes, which may be overwritten afterwards. Throws when a line is missing or comes twice. */
  feed(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = Buffer.alloc(0);
    }
    let at = 0;
    for (;;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length - at);
        this.#skip -= step;
        at += step;
        if (this.#skip > 0) return;
      }
      const next = this.#frameAt(bytes, at);
      if (next === -1) {
        this.#rest = Buffer.from(bytes.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** Reads the frame that begins at `at`; returns where its unread part begins, -1 when its header is not whole. */
  #frameAt(bytes: Buffer, at: number): number {
    const left = bytes.length - at;
    if (left < 2) return -1;
    const short = (bytes[at + 1] as number) & 0x7f;
    const headerBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (left < headerBytes) return -1;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const opcode = (bytes[at] as number) & 0x0f;
    const looked = opcode === OPCODE_PING ? headerBytes + length : Math.min(headerBytes + length, LOOK_BYTES);
    if (left < looked) return -1;
    if (opcode === OPCODE_PING) this.#onPing(bytes.subarray(at + headerBytes, at + looked));
    if (opcode === OPCODE_TEXT) this.#texts += 1;
    if (opcode === OPCODE_BINARY) this.#logFrame(bytes, at + headerBytes);
    this.#skip = headerBytes + length - looked;
    return at + looked;
  }

  #logFrame(bytes: Buffer, payload: number): void {
    const firstSeq = bytes.readUInt32LE(payload + FIRST_SEQ_AT);
    if (this.#nextSeq !== -1 && firstSeq !== this.#nextSeq) {
      throw new Error(`A viewer got line ${firstSeq} where line ${this.#nextSeq} was next.`);
    }
    const lines = bytes.readUInt32LE(payload + LINE_COUNT_AT);
    this.#nextSeq = firstSeq + lines;
    this.#lines += lines;
    this.#frames += 1;
  }
}
