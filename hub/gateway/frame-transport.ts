import type { ViewerTransport } from "../relay/log/log-chunk.ts";

/**
 * WebSocket frames as bytes (RFC 6455 §5.2): a server's are unmasked and, without extensions, whole messages. Built once
 * and written to every viewer's own socket, so that a frame costs one encoding however many people watch.
 */
const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;

const headerBytes = (length: number): number => (length < LENGTH_16_BITS ? 2 : length < 0x1_0000 ? 4 : 10);

/** Writes a frame at `offset` and returns where it ends. */
const putFrame = (target: Buffer, offset: number, first: number, payload: Uint8Array): number => {
  const { length } = payload;
  target[offset] = first;
  if (length < LENGTH_16_BITS) {
    target[offset + 1] = length;
  } else if (length < 0x1_0000) {
    target[offset + 1] = LENGTH_16_BITS;
    target.writeUInt16BE(length, offset + 2);
  } else {
    target[offset + 1] = LENGTH_64_BITS;
    target.writeBigUInt64BE(BigInt(length), offset + 2);
  }
  const start = offset + headerBytes(length);
  target.set(payload, start);
  return start + length;
};

const frames = (first: number, payloads: readonly Uint8Array[]): Buffer => {
  const size = payloads.reduce((sum, { length }) => sum + headerBytes(length) + length, 0);
  const bytes = Buffer.allocUnsafeSlow(size);
  let offset = 0;
  for (const payload of payloads) offset = putFrame(bytes, offset, first, payload);
  return bytes;
};

export const frameTransport: ViewerTransport = {
  text: (json) => frames(FIN_TEXT, [Buffer.from(json)]),
  binary: (payloads) => frames(FIN_BINARY, payloads),
};

/** Takes apart what `frameTransport` put together. Views into the bytes, which others hold too: they MUST NOT be written. */
export const readFrames = (bytes: Uint8Array): { readonly isText: boolean; readonly payload: Uint8Array }[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: { readonly isText: boolean; readonly payload: Uint8Array }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = view.getUint8(at + 1);
    let length = short;
    if (short === LENGTH_16_BITS) length = view.getUint16(at + 2);
    else if (short === LENGTH_64_BITS) length = Number(view.getBigUint64(at + 2));
    const start = at + headerBytes(length);
    found.push({ isText: bytes[at] === FIN_TEXT, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
};
