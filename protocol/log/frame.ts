/** Binary frames of the log path: u8 kind, u32 stream alias (little-endian), then the payload to the end of the frame. */
import { malformed } from "./batch-header.ts";
import { encodeCursorPayload, type LogCursor } from "./cursor.ts";

export const FRAME_PREFIX_BYTES = 5;
/** Payload: one log batch (`batch-header.ts`). Agent → hub, hub → browser. */
export const FRAME_LOG_BATCH = 1;
/** Payload: a `LogCursor` as JSON, which covers the batches of the same alias sent before it. Agent → hub. */
export const FRAME_LOG_CURSOR = 2;
/** Payload: a page of the engine's own log (`page-frame.ts`), with the request's number instead of an alias. Agent → hub. */
export const FRAME_LOG_PAGE = 3;

export type FrameKind = typeof FRAME_LOG_BATCH | typeof FRAME_LOG_CURSOR | typeof FRAME_LOG_PAGE;

export interface FramePrefix {
  readonly kind: FrameKind;
  /** Given by the hub, 1 to 2^32 − 1; whether it was given to this connection is for the reader to check. */
  readonly alias: number;
}

/** Fills in the prefix of a frame whose first `FRAME_PREFIX_BYTES` were left free (`BatchEncoder.finish`). */
export const writeFramePrefix = (frame: Uint8Array, kind: FrameKind, alias: number): void => {
  frame[0] = kind;
  frame[1] = alias & 0xff;
  frame[2] = (alias >>> 8) & 0xff;
  frame[3] = (alias >>> 16) & 0xff;
  frame[4] = alias >>> 24;
};

/** Reads the prefix of a frame. Throws `malformed_frame` on an unknown kind, alias 0, or a frame without payload. */
export const parseFramePrefix = (frame: Uint8Array): FramePrefix => {
  if (frame.length <= FRAME_PREFIX_BYTES) throw malformed("The frame is too short.");
  const kind = frame[0];
  if (kind !== FRAME_LOG_BATCH && kind !== FRAME_LOG_CURSOR && kind !== FRAME_LOG_PAGE)
    throw malformed("The frame has an unknown kind.");
  const [, b0 = 0, b1 = 0, b2 = 0, b3 = 0] = frame.subarray(0, FRAME_PREFIX_BYTES);
  const alias = (b0 | (b1 << 8) | (b2 << 16) | (b3 << 24)) >>> 0;
  if (alias === 0) throw malformed("The frame has no stream alias.");
  return { kind, alias };
};

/** A whole cursor frame. */
export const encodeCursorFrame = (alias: number, cursor: LogCursor): Uint8Array<ArrayBuffer> => {
  const payload = encodeCursorPayload(cursor);
  const frame = new Uint8Array(FRAME_PREFIX_BYTES + payload.length);
  writeFramePrefix(frame, FRAME_LOG_CURSOR, alias);
  frame.set(payload, FRAME_PREFIX_BYTES);
  return frame;
};
