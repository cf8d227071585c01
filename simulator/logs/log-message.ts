import { logStamp } from "../rfc3339.ts";

export type LogStreamName = "stdout" | "stderr";

/** One message as a log driver stores it: a line, or a fragment of at most 16,384 bytes that lacks the final newline. */
export interface LogMessage {
  readonly tsNs: bigint;
  readonly stream: LogStreamName;
  readonly payload: string | Uint8Array;
}

/** Where the daemon cuts a line, in bytes. */
export const FRAGMENT_BYTES = 16_384;
const STAMP_BYTES = 31;
const HEADER_BYTES = 8;
const STREAM_NUMBER = { stdout: 1, stderr: 2 } as const;

export const payloadBytes = (message: LogMessage): number =>
  typeof message.payload === "string" ? Buffer.byteLength(message.payload) : message.payload.byteLength;

/**
 * A message as `/logs` sends it: an 8-byte header unless the container has a TTY, then the stamp when asked for, then
 * the payload. The header's length covers stamp and payload.
 */
export const encodeMessage = (
  message: LogMessage,
  options: { readonly framed: boolean; readonly timestamps: boolean },
): Buffer => {
  const headerBytes = options.framed ? HEADER_BYTES : 0;
  const stampBytes = options.timestamps ? STAMP_BYTES : 0;
  const bytes = payloadBytes(message);
  const frame = Buffer.allocUnsafe(headerBytes + stampBytes + bytes);
  if (options.framed) writeHeader(frame, STREAM_NUMBER[message.stream], stampBytes + bytes);
  if (options.timestamps) frame.write(`${logStamp(message.tsNs)} `, headerBytes, "latin1");
  if (typeof message.payload === "string") frame.write(message.payload, headerBytes + stampBytes, "utf8");
  else frame.set(message.payload, headerBytes + stampBytes);
  return frame;
};

/** A frame of stream 3: the daemon's own error in the middle of a 200. */
export const encodeDaemonError = (text: string): Buffer => {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + Buffer.byteLength(text));
  writeHeader(frame, 3, frame.length - HEADER_BYTES);
  frame.write(text, HEADER_BYTES, "utf8");
  return frame;
};

const writeHeader = (frame: Buffer, stream: number, bytes: number): void => {
  frame.writeUInt32BE(stream * 0x1_00_00_00, 0);
  frame.writeUInt32BE(bytes, 4);
};
