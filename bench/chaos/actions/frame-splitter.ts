/** Cuts one direction of a WebSocket connection into its frames (RFC 6455 §5.2), without changing a byte. */

export type PassingFrame = {
  /** Exactly as it came. */
  readonly bytes: Buffer;
  /** The text of an unfragmented text frame, unmasked; `null` for anything else. */
  readonly text: string | null;
};

const TEXT = 0x81;

export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are complete with `chunk`. */
  push(chunk: Buffer): readonly PassingFrame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: PassingFrame[] = [];
    for (;;) {
      const frame = takeFrame(this.#rest);
      if (frame === null) return frames;
      this.#rest = this.#rest.subarray(frame.bytes.length);
      frames.push(frame);
    }
  }
}

const takeFrame = (buffer: Buffer): PassingFrame | null => {
  if (buffer.length < 2) return null;
  const isMasked = (buffer.readUInt8(1) & 0x80) !== 0;
  const short = buffer.readUInt8(1) & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const maskAt = 2 + lengthBytes;
  const payloadAt = maskAt + (isMasked ? 4 : 0);
  if (buffer.length < payloadAt) return null;
  const size =
    lengthBytes === 0 ? short : lengthBytes === 2 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
  if (buffer.length < payloadAt + size) return null;
  const bytes = buffer.subarray(0, payloadAt + size);
  if (bytes.readUInt8(0) !== TEXT) return { bytes, text: null };
  const payload = Buffer.from(bytes.subarray(payloadAt));
  if (isMasked) {
    for (let at = 0; at < size; at += 1) payload[at] = (payload[at] ?? 0) ^ (bytes[maskAt + (at & 3)] ?? 0);
  }
  return { bytes, text: payload.toString() };
};
