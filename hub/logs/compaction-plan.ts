import { CHUNK_RAW_BYTES } from "./log-chunk.ts";
import { PACK_BATCH } from "./pack-codec.ts";

/** Which rows compaction joins; pure, the same on every engine. */

/** A chunk of this size is never opened again for being small. */
const FULL_RAW_BYTES = CHUNK_RAW_BYTES / 2;
/** Rows of a container that make a chunk worth writing although they are small. */
const ROWS = 256;
/** A small chunk is opened again when what came after it has at least this share of its size: a line is rewritten a few times, not a hundred. */
const GROWTH = 1 / 3;

export interface PlanRow {
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly codec: number;
  readonly rawBytes: number;
}

/**
 * Groups of neighbouring rows of one container (ascending), each to be made one chunk. `isClosed`: nothing will be added any more, so
 * whatever is small is joined.
 */
export const planCompaction = <Row extends PlanRow>(
  rows: readonly Row[],
  isClosed: boolean,
): readonly (readonly Row[])[] =>
  runsOf(rows).flatMap((run, index, runs) => {
    const isLast = index === runs.length - 1;
    return portions(isClosed || !isLast ? run : dueTail(run));
  });

/** Rows between full chunks, and between holes. */
const runsOf = <Row extends PlanRow>(rows: readonly Row[]): readonly (readonly Row[])[] => {
  const runs: Row[][] = [[]];
  for (const row of rows) {
    const isFull = row.codec === PACK_BATCH && row.rawBytes >= FULL_RAW_BYTES;
    const before = runs.at(-1)?.at(-1);
    if (isFull || (before !== undefined && before.endSeq !== row.firstSeq)) runs.push([]);
    if (!isFull) runs.at(-1)?.push(row);
  }
  return runs;
};

/** The end of a run that is worth compacting now; empty when it is not. */
const dueTail = <Row extends PlanRow>(run: readonly Row[]): readonly Row[] => {
  let start = run.findLastIndex((row) => row.codec === PACK_BATCH) + 1;
  let rawBytes = run.slice(start).reduce((sum, row) => sum + row.rawBytes, 0);
  if (run.length - start < ROWS && rawBytes < CHUNK_RAW_BYTES) return [];
  for (let row = run[start - 1]; row !== undefined && row.rawBytes * GROWTH <= rawBytes; row = run[start - 1]) {
    rawBytes += row.rawBytes;
    start--;
  }
  return run.slice(start);
};

/** Portions of at most a chunk; one that is a chunk already, alone, needs nothing. */
const portions = <Row extends PlanRow>(rows: readonly Row[]): readonly (readonly Row[])[] => {
  const groups: Row[][] = [];
  let rawBytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    rawBytes += row.rawBytes;
    if (rawBytes > CHUNK_RAW_BYTES) {
      groups.push([]);
      rawBytes = row.rawBytes;
    }
    groups.at(-1)?.push(row);
  }
  return groups.filter((group) => group.length > 1 || group[0]?.codec !== PACK_BATCH);
};
