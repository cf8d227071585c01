import type { LogCommit } from "../relay/log/committed-log.ts";
import { spansOf } from "./commit-check.ts";

/**
 * How batches are stored: neighbouring ones of a commit together in a pack, each with its length (u32, little-endian) in
 * front. One row then holds what came in a group's time, also when it came line by line, and compresses well.
 */

/** A pack grows up to this size; a single larger batch is a pack of its own. */
const PACK_BYTES = 256 * 1024;
const LENGTH_BYTES = 4;

export interface PackSpan {
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly minTsNs: bigint;
  readonly maxTsNs: bigint;
  readonly levelMask: number;
  /** Uncompressed bodies of its batches together. */
  readonly rawBytes: number;
  /** Where its bytes lie in the commit's. */
  readonly offset: number;
  readonly length: number;
  /** False when its batches are compressed already. */
  readonly isCompressible: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Bytes that `writePacks` needs for a commit. */
export const packedBytes = (commit: LogCommit): number =>
  commit.batches.reduce((sum, batch) => sum + LENGTH_BYTES + batch.length, 0);

/** Writes a commit's batches into `target` from `offset` on, and says which packs they make. */
export const writePacks = (commit: LogCommit, target: Uint8Array, offset: number): readonly PackSpan[] => {
  const packs: Mutable<PackSpan>[] = [];
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  let at = offset;
  for (const [index, span] of spansOf(commit).entries()) {
    const batch = commit.batches[index] as Uint8Array;
    const length = LENGTH_BYTES + batch.length;
    view.setUint32(at, batch.length, true);
    target.set(batch, at + LENGTH_BYTES);
    const open = packs.at(-1);
    if (open !== undefined && open.isCompressible !== span.isCompressed && open.length + length <= PACK_BYTES) {
      open.endSeq = span.endSeq;
      if (span.minTsNs < open.minTsNs) open.minTsNs = span.minTsNs;
      if (span.maxTsNs > open.maxTsNs) open.maxTsNs = span.maxTsNs;
      open.levelMask |= span.levelMask;
      open.rawBytes += span.rawBytes;
      open.length += length;
    } else {
      const { firstSeq, endSeq, minTsNs, maxTsNs, levelMask, rawBytes, isCompressed } = span;
      packs.push({
        ...{ firstSeq, endSeq, minTsNs, maxTsNs, levelMask, rawBytes },
        ...{ offset: at, length, isCompressible: !isCompressed },
      });
    }
    at += length;
  }
  return packs;
};

/** The batches of an opened pack, as views. @throws RangeError when its lengths do not add up */
export const readPack = (pack: Uint8Array): readonly Uint8Array[] => {
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  const batches: Uint8Array[] = [];
  for (let at = 0; at < pack.length; ) {
    const start = at + LENGTH_BYTES;
    const end = start + view.getUint32(at, true);
    if (end > pack.length) throw new RangeError("A stored pack is damaged.");
    batches.push(pack.subarray(start, end));
    at = end;
  }
  return batches;
};
