/**
 * Where reading a container's log goes on. The hub commits a cursor together with the batch that it covers; the agent
 * finds its place again by stamp, ordinal and tail, never by a position alone.
 */
import { ProtocolError } from "../errors.ts";
import { decodeUtf8Strict, encodeUtf8 } from "./utf8.ts";

/** Lines that a cursor remembers at most. */
export const CURSOR_TAIL_LINES = 8;
const TS_NS = /^-?\d{1,19}$/;
const HASH = /^[0-9a-f]{16}$/;

/** One remembered line: its stamp, ns since the epoch as a decimal string, and `hashText` of its text as the source gave it. */
export interface CursorLine {
  readonly tsNs: string;
  readonly hash: string;
}

/** Where the source stood, for a quick start. Never trusted: the tail decides. */
export interface FileCursorHint {
  readonly kind: "file";
  readonly inode: number;
  /** Bytes from the start of the file. */
  readonly offset: number;
}

export interface LogCursor {
  /** The number of the next line. */
  readonly nextSeq: number;
  /** Stamp of the last line taken. */
  readonly tsNs: string;
  /** How many lines with that same stamp came before it (0: it is the first). */
  readonly ordinal: number;
  /** The last lines taken, oldest first, the last one included. Loss records are not among them. */
  readonly tail: readonly CursorLine[];
  /** Stamp of the oldest line that had begun but not ended: reading on starts before it. */
  readonly openLineSinceNs?: string;
  /** The container is gone; its log was read to the end, or ends with a loss. */
  readonly ended?: true;
  readonly hint?: FileCursorHint;
}

/**
 * Checks a cursor that came from a peer, without a schema library (`cursor-schema.ts` says the same in zod).
 * Unknown keys are left out. Throws `malformed_frame`.
 */
export const decodeLogCursor = (value: unknown): LogCursor => {
  const source = record(value, "cursor");
  const tail = source.tail;
  if (!Array.isArray(tail) || tail.length > CURSOR_TAIL_LINES) throw invalid("tail");
  const openLineSinceNs = source.openLineSinceNs;
  const { ended, hint } = source;
  if (ended !== undefined && ended !== true) throw invalid("ended");
  return {
    nextSeq: count(source.nextSeq, "nextSeq"),
    tsNs: text(source.tsNs, TS_NS, "tsNs"),
    ordinal: count(source.ordinal, "ordinal"),
    tail: tail.map((entry: unknown) => {
      const line = record(entry, "tail");
      return { tsNs: text(line.tsNs, TS_NS, "tail"), hash: text(line.hash, HASH, "tail") };
    }),
    ...(openLineSinceNs === undefined ? {} : { openLineSinceNs: text(openLineSinceNs, TS_NS, "openLineSinceNs") }),
    ...(ended === undefined ? {} : { ended }),
    ...(hint === undefined ? {} : { hint: decodeHint(hint) }),
  };
};

const decodeHint = (value: unknown): FileCursorHint => {
  const source = record(value, "hint");
  if (source.kind !== "file") throw invalid("hint");
  return { kind: "file", inode: count(source.inode, "hint"), offset: count(source.offset, "hint") };
};

/** The payload of a cursor frame: UTF-8 JSON. */
export const encodeCursorPayload = (cursor: LogCursor): Uint8Array<ArrayBuffer> => encodeUtf8(JSON.stringify(cursor));

/** Longest payload of a cursor frame that is read, bytes; an honest one has about 700. */
export const CURSOR_PAYLOAD_BYTES = 4096;

/** Reads the payload of a cursor frame. Throws `malformed_frame`. */
export const parseCursorPayload = (payload: Uint8Array): LogCursor => {
  if (payload.length > CURSOR_PAYLOAD_BYTES) throw invalid("length");
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8Strict(payload));
  } catch (error) {
    throw new ProtocolError("malformed_frame", "A cursor frame holds no JSON.", { cause: error });
  }
  return decodeLogCursor(value);
};

const invalid = (field: string): ProtocolError =>
  new ProtocolError("malformed_frame", `A log cursor is not valid: ${field}.`);

const record = (value: unknown, field: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(field);
  return value as Readonly<Record<string, unknown>>;
};

const count = (value: unknown, field: string): number => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalid(field);
  return value as number;
};

const text = (value: unknown, pattern: RegExp, field: string): string => {
  if (typeof value !== "string" || !pattern.test(value)) throw invalid(field);
  return value;
};
