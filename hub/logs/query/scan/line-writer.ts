import type { LogBatch } from "@yardarm/protocol/log/batch";
import { levelName } from "@yardarm/protocol/log/level";
import { STREAM_NAMES } from "@yardarm/protocol/log/line-flags";
import { type LossRecord, parseLoss } from "@yardarm/protocol/log/loss";
import { decodeUtf8 } from "@yardarm/protocol/log/utf8";
import { instantFromNs, rfc3339FromNs } from "@yardarm/protocol/time";

/** How lines are written for people and programs outside: `stamp message`, or NDJSON. */
export interface LineFormat {
  readonly kind: "text" | "ndjson";
  /** Longest message in NDJSON, bytes; the rest is left out and the line says how long it was. */
  readonly messageBytes: number | null;
  /** What stands in front of every line of text; or empty. */
  readonly prefix: string;
  /** Fields that every NDJSON line gets besides its own, as the inside of a JSON object: `"containerId":"…"`; or empty. */
  readonly extraFields: string;
}

/** Whole lines as they are sent. */
export interface LinePiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lines: number;
}

const NANOS_PER_SECOND = 1e9;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const STAMP_BYTES = 30;

/**
 * Writes the given lines of a batch, a line feed behind each. A line of text may hold a line feed of its own.
 *
 * @param ends is told where in the bytes each of them ends
 */
export const writeLines = (
  batch: LogBatch,
  indexes: readonly number[],
  format: LineFormat,
  ends: number[] | null = null,
): Uint8Array => {
  if (format.kind === "text") return writeText(batch, indexes, format, ends);
  const bytes = writeNdjson(batch, indexes, format);
  // JSON holds no line feed: there is one behind each line and none else.
  if (ends !== null)
    for (let at = 0; at < bytes.length; at = ends.at(-1) ?? 0) ends.push(bytes.indexOf(LINE_FEED, at) + 1);
  return bytes;
};

const writeText = (
  batch: LogBatch,
  indexes: readonly number[],
  format: LineFormat,
  ends: number[] | null,
): Uint8Array => {
  const stamps = stampsOf(batch);
  const prefix = Buffer.from(format.prefix);
  const losses = new Map<number, Uint8Array>();
  let size = 0;
  for (const index of indexes) {
    let length = (batch.textOffsets[index + 1] as number) - (batch.textOffsets[index] as number);
    if (batch.isLoss(index)) {
      const sentence = Buffer.from(lossSentence(readLoss(batch, index)));
      losses.set(index, sentence);
      length = sentence.length;
    }
    size += prefix.length + STAMP_BYTES + 2 + length;
  }
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const index of indexes) {
    out.set(prefix, at);
    at += prefix.length;
    at += out.write(stamps(index), at, "latin1");
    out[at++] = SPACE;
    const text = losses.get(index) ?? batch.lineBytes(index);
    out.set(text, at);
    at += text.length;
    out[at++] = LINE_FEED;
    ends?.push(at);
  }
  return at === size ? out : out.subarray(0, at);
};

const writeNdjson = (batch: LogBatch, indexes: readonly number[], format: LineFormat): Uint8Array => {
  const stamps = stampsOf(batch);
  const extra = format.extraFields === "" ? "" : `,${format.extraFields}`;
  const messageBytes = format.messageBytes ?? Number.POSITIVE_INFINITY;
  let text = "";
  for (const index of indexes) {
    const seq = batch.firstSeq + index;
    if (batch.isLoss(index)) {
      const { reason, fromTsNs, toTsNs, lines } = readLoss(batch, index);
      const [fromTs, toTs] = [rfc3339FromNs(BigInt(fromTsNs)), rfc3339FromNs(BigInt(toTsNs))];
      text += `{"seq":${seq},"loss":${JSON.stringify({ reason, fromTs, toTs, lines: lines ?? null })}${extra}}\n`;
      continue;
    }
    const bytes = batch.lineBytes(index);
    const isCut = bytes.length > messageBytes;
    const message = JSON.stringify(messageOf(isCut ? bytes.subarray(0, messageBytes) : bytes));
    const original = isCut || batch.isTruncated(index) ? `,"originalBytes":${batch.originalLength(index)}` : "";
    const stream = STREAM_NAMES[batch.stream(index)];
    text += `{"seq":${seq},"ts":"${stamps(index)}","stream":"${stream}","level":"${levelName(batch.level(index))}","message":${message}${original}${extra}}\n`;
  }
  return Buffer.from(text);
};

/** Short texts that are plain ASCII, which most are, decode fastest byte by byte. */
export const messageOf = (bytes: Uint8Array): string => {
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    if ((bytes[at] as number) > 0x7f) return decodeUtf8(bytes);
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("latin1");
};

/** RFC 3339 stamps of a batch's lines; neighbours share all but their nanoseconds. */
const stampsOf = (batch: LogBatch): ((index: number) => string) => {
  const base = instantFromNs(batch.header.minTsNs);
  let lastSeconds = Number.NaN;
  let prefix = "";
  return (index) => {
    const nanos = base.nanos + (batch.tsOffsetsNs[index] as number);
    const seconds = base.seconds + Math.floor(nanos / NANOS_PER_SECOND);
    if (seconds !== lastSeconds) {
      lastSeconds = seconds;
      prefix = new Date(seconds * 1000).toISOString().slice(0, -".000Z".length);
    }
    return `${prefix}.${String(nanos % NANOS_PER_SECOND).padStart(9, "0")}Z`;
  };
};

/** A loss record that its agent wrote wrongly is still a loss. */
const readLoss = (batch: LogBatch, index: number): LossRecord => {
  try {
    return parseLoss(batch.lineBytes(index));
  } catch {
    const tsNs = batch.tsNs(index).toString();
    return { reason: "source_error", fromTsNs: tsNs, toTsNs: tsNs };
  }
};

const lossSentence = ({ reason, lines, fromTsNs, toTsNs }: LossRecord): string => {
  const count = lines === undefined ? "lines" : lines === 1 ? "1 line" : `${lines} lines`;
  return `[${count} lost between ${rfc3339FromNs(BigInt(fromTsNs))} and ${rfc3339FromNs(BigInt(toTsNs))}: ${reason}]`;
};
