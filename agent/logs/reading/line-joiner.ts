/**
 * Joins the messages of a container's log into lines. The engine cuts a line of more than 16 KiB into messages that repeat the
 * first one's stamp; only the last ends with a line feed. Both streams are joined on their own, never with each other.
 *
 * What comes out depends on the messages alone, not on the clock: a resume that reads them again gets the same lines.
 */
import { LOG_LINE_BYTES, OPEN_LINE_MS } from "@yardarm/protocol/limits";
import { FLAG_CONTINUATION, FLAG_TRUNCATED, type StreamNumber } from "@yardarm/protocol/log/line-flags";
import { CR, LF } from "../level/byte-class.ts";

/**
 * One line, without its line end, in the order in which lines end. `flags` holds the stream; `FLAG_TRUNCATED` when the text was
 * cut at the line limit (`originalLength` then says how many bytes there were, otherwise 0); `FLAG_CONTINUATION` when it is
 * the rest of a line that was closed for its age. The stamp is that of the line's first message.
 * MUST use or copy the bytes before it returns: their buffer is written again. Positional because it runs once per line.
 */
export type TakeLine = (
  flags: number,
  tsSeconds: number,
  tsNanos: number,
  text: Uint8Array,
  start: number,
  end: number,
  originalLength: number,
) => void;

/** Who takes the lines. */
export interface LineSink {
  readonly line: TakeLine;
}

/** Two of the engine's fragments; most open lines fit. */
const FIRST_BUFFER_BYTES = 32 * 1024;
/** A larger buffer is given back with its line. */
const KEPT_BUFFER_BYTES = 64 * 1024;
const NO_BYTES = new Uint8Array(0);

/** A line that has begun but not ended, and what is remembered of one that was closed for its age. */
class OpenLine {
  isOpen = false;
  seconds = 0;
  nanos = 0;
  /** Text so far: `bytes` up to `length`, at most the line limit. */
  bytes: Uint8Array = NO_BYTES;
  length = 0;
  /** Bytes so far, those beyond the limit included. */
  originalLength = 0;
  lastByte = 0;
  /** True from closing a line for its age until another stamp arrives: messages of the same stamp are its rest. */
  hasLateRest = false;
  isLateRest = false;

  isAt(seconds: number, nanos: number): boolean {
    return this.seconds === seconds && this.nanos === nanos;
  }
}

export class LineJoiner {
  // fixed
  readonly #sink: LineSink;
  readonly #lineBytes: number;
  readonly #openLineMs: number;
  // state
  readonly #streams: readonly [OpenLine, OpenLine] = [new OpenLine(), new OpenLine()];

  constructor(sink: LineSink, limits: { readonly lineBytes?: number; readonly openLineMs?: number } = {}) {
    this.#sink = sink;
    this.#lineBytes = limits.lineBytes ?? LOG_LINE_BYTES;
    this.#openLineMs = limits.openLineMs ?? OPEN_LINE_MS;
  }

  /**
   * Takes one message: `payload` from `start` to `end`, at most one line or a part of one, as the engine delivered it.
   * A whole line goes to the sink without being copied. Positional because it runs once per message.
   */
  push(
    stream: StreamNumber,
    tsSeconds: number,
    tsNanos: number,
    payload: Uint8Array,
    start: number,
    end: number,
  ): void {
    const own = this.#streams[stream];
    const other = this.#streams[stream === 0 ? 1 : 0];
    if (other.isOpen && this.#isAged(other, tsSeconds, tsNanos)) {
      this.#close(stream === 0 ? 1 : 0, other);
      other.hasLateRest = true;
    }
    if (own.isOpen && !own.isAt(tsSeconds, tsNanos)) this.#close(stream, own);
    if (own.hasLateRest && !own.isAt(tsSeconds, tsNanos)) own.hasLateRest = false;
    if (end <= start) return;
    const hasEnd = payload[end - 1] === LF;
    if (own.isOpen || !hasEnd) {
      this.#extend(own, tsSeconds, tsNanos, payload, start, hasEnd ? end - 1 : end);
      if (hasEnd) this.#close(stream, own);
      return;
    }
    let textEnd = end - 1;
    if (textEnd > start && payload[textEnd - 1] === CR) textEnd--;
    const flags = own.hasLateRest ? stream | FLAG_CONTINUATION : stream;
    own.hasLateRest = false;
    const length = textEnd - start;
    if (length <= this.#lineBytes) this.#sink.line(flags, tsSeconds, tsNanos, payload, start, textEnd, 0);
    else {
      const cut = start + wholeCharacters(payload, start, this.#lineBytes);
      this.#sink.line(flags | FLAG_TRUNCATED, tsSeconds, tsNanos, payload, start, cut, length);
    }
  }

  /** The source has ended (container stopped, stream closed for good): open lines end here too. */
  end(): void {
    const [out, err] = this.#streams;
    // The older one first, so that the order does not depend on which stream is looked at first.
    const errFirst = out.isOpen && err.isOpen && (err.seconds - out.seconds || err.nanos - out.nanos) < 0;
    if (errFirst) this.#close(1, err);
    if (out.isOpen) this.#close(0, out);
    if (err.isOpen) this.#close(1, err);
    out.hasLateRest = false;
    err.hasLateRest = false;
  }

  /** Forgets open lines without closing them: the source will be read again from before them. */
  reset(): void {
    for (const line of this.#streams) {
      line.isOpen = false;
      line.hasLateRest = false;
      line.bytes = NO_BYTES;
    }
  }

  /** Stamp of the oldest open line, ns since the epoch; reading again must start before it. */
  get openLineSinceNs(): bigint | undefined {
    let oldest: bigint | undefined;
    for (const line of this.#streams) {
      if (!line.isOpen) continue;
      const stamp = BigInt(line.seconds) * 1_000_000_000n + BigInt(line.nanos);
      if (oldest === undefined || stamp < oldest) oldest = stamp;
    }
    return oldest;
  }

  /** In the log's own time, so that a line left open by one stream does not hold the cursor back while the other goes on. */
  #isAged(line: OpenLine, tsSeconds: number, tsNanos: number): boolean {
    return (tsSeconds - line.seconds) * 1000 + (tsNanos - line.nanos) / 1e6 >= this.#openLineMs;
  }

  #extend(line: OpenLine, tsSeconds: number, tsNanos: number, payload: Uint8Array, start: number, end: number): void {
    if (!line.isOpen) {
      line.isOpen = true;
      line.isLateRest = line.hasLateRest;
      line.hasLateRest = false;
      line.seconds = tsSeconds;
      line.nanos = tsNanos;
      line.length = 0;
      line.originalLength = 0;
      line.lastByte = 0;
    }
    const length = end - start;
    if (length === 0) return;
    line.originalLength += length;
    line.lastByte = payload[end - 1] as number;
    // One byte more than the limit is kept: it may be the CR that is stripped at the end.
    const kept = Math.min(length, this.#lineBytes + 1 - line.length);
    if (kept <= 0) return;
    const needed = line.length + kept;
    if (needed > line.bytes.length) {
      const size = Math.min(this.#lineBytes + 1, Math.max(FIRST_BUFFER_BYTES, needed, line.bytes.length * 2));
      const larger = new Uint8Array(size);
      larger.set(line.bytes.subarray(0, line.length));
      line.bytes = larger;
    }
    line.bytes.set(payload.subarray(start, start + kept), line.length);
    line.length = needed;
  }

  #close(stream: StreamNumber, line: OpenLine): void {
    const { bytes, seconds, nanos } = line;
    const originalLength = line.originalLength - (line.lastByte === CR ? 1 : 0);
    const flags = line.isLateRest ? stream | FLAG_CONTINUATION : stream;
    line.isOpen = false;
    line.isLateRest = false;
    if (originalLength <= this.#lineBytes) this.#sink.line(flags, seconds, nanos, bytes, 0, originalLength, 0);
    else {
      const cut = wholeCharacters(bytes, 0, this.#lineBytes);
      this.#sink.line(flags | FLAG_TRUNCATED, seconds, nanos, bytes, 0, cut, originalLength);
    }
    // Long lines are rare; a hundred containers must not each keep two large buffers for them.
    if (bytes.length > KEPT_BUFFER_BYTES) line.bytes = NO_BYTES;
  }
}

/** At most `limit`, less what would split a UTF-8 character there. */
const wholeCharacters = (bytes: Uint8Array, start: number, limit: number): number => {
  for (let back = 0; back < 4 && back < limit; back++) {
    if (((bytes[start + limit - back] as number) & 0xc0) !== 0x80) return limit - back;
  }
  return limit;
};
