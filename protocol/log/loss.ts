/** Loss records: what a container wrote and nobody can bring back, numbered and stored like a line (`FLAG_LOSS`). */
import { ProtocolError } from "../errors.ts";
import { decodeUtf8Strict, encodeUtf8 } from "./utf8.ts";

/**
 * Why lines are missing: rotated away by the engine before they were read; older than the host's enrollment and not taken;
 * the source failed; its file was cut; left out because a policy says so.
 */
export const LOSS_REASONS = ["rotated", "before_enrollment", "source_error", "truncated_source", "policy"] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

export interface LossRecord {
  readonly reason: LossReason;
  /** Time between which lines are missing: ns since the epoch as decimal strings, `from` not later than `to`. */
  readonly fromTsNs: string;
  readonly toTsNs: string;
  /** How many lines and bytes of text, where known. */
  readonly lines?: number;
  readonly bytes?: number;
}

const TS_NS = /^-?\d{1,19}$/;
/** Longest text of a loss record that is read, bytes. */
const LOSS_TEXT_BYTES = 512;

/** The text of a loss record's line: JSON with its keys in a fixed order. */
export const encodeLoss = (loss: LossRecord): Uint8Array<ArrayBuffer> => {
  const { reason, fromTsNs, toTsNs, lines, bytes } = loss;
  return encodeUtf8(JSON.stringify({ reason, fromTsNs, toTsNs, lines, bytes }));
};

/** Reads the text of a line with `FLAG_LOSS`. Unknown keys are left out. Throws `malformed_frame`. */
export const parseLoss = (text: Uint8Array): LossRecord => {
  const value = parseObject(text);
  const reason = LOSS_REASONS.find((known) => known === value.reason);
  if (reason === undefined) throw invalid("reason");
  const fromTsNs = stamp(value.fromTsNs);
  const toTsNs = stamp(value.toTsNs);
  if (BigInt(fromTsNs) > BigInt(toTsNs)) throw invalid("time span");
  const { lines, bytes } = value;
  return {
    reason,
    fromTsNs,
    toTsNs,
    ...(lines === undefined ? {} : { lines: count(lines) }),
    ...(bytes === undefined ? {} : { bytes: count(bytes) }),
  };
};

const parseObject = (text: Uint8Array): Readonly<Record<string, unknown>> => {
  if (text.length > LOSS_TEXT_BYTES) throw invalid("length");
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8Strict(text));
  } catch (error) {
    throw new ProtocolError("malformed_frame", "A loss record holds no JSON.", { cause: error });
  }
  if (typeof value !== "object" || value === null) throw invalid("shape");
  return value as Readonly<Record<string, unknown>>;
};

const invalid = (field: string): ProtocolError =>
  new ProtocolError("malformed_frame", `A loss record is not valid: ${field}.`);

const stamp = (value: unknown): string => {
  if (typeof value !== "string" || !TS_NS.test(value)) throw invalid("time span");
  return value;
};

const count = (value: unknown): number => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalid("size");
  return value as number;
};
