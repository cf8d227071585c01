import type { LinePiece } from "./line-writer.ts";

/** Written lines of one container, in its order, with what they are merged with those of others by; plain data, for threads. */
export interface LineRun {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each line ends in `bytes`, behind its line feed. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Where each line stands in time, ns: at its stamp, or with the line before it where its own steps back. Never falls. */
  readonly placesNs: BigInt64Array<ArrayBuffer>;
}

export const buffersOf = ({ bytes, ends, placesNs }: LineRun): readonly ArrayBuffer[] => [
  bytes.buffer,
  ends.buffer,
  placesNs.buffer,
];

/** Lines `from` up to but without `end`, in buffers of their own. */
export const sliceRun = ({ bytes, ends, placesNs }: LineRun, from: number, end: number): LineRun => {
  const start = startOf(ends, from);
  return {
    bytes: bytes.slice(start, startOf(ends, end)),
    ends: ends.slice(from, end).map((at) => at - start),
    placesNs: placesNs.slice(from, end),
  };
};

/** Where line `index` begins in the bytes. */
export const startOf = (ends: Uint32Array, index: number): number => (index === 0 ? 0 : (ends[index - 1] as number));

/** The first index from `from` on whose value is greater; the length where there is none. Values MUST not fall. */
export const firstAbove = <Value extends number | bigint>(
  values: { readonly length: number; readonly [index: number]: Value },
  value: Value,
  from: number,
): number => {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as Value) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
};

interface Head {
  readonly run: LineRun;
  next: number;
}

const placeOf = ({ run, next }: Head): bigint => run.placesNs[next] as bigint;

/** The lines of all runs in the order of their places; those of one run stay in theirs. */
export const mergeRuns = (runs: readonly LineRun[]): LinePiece => {
  const bytes = new Uint8Array(runs.reduce((sum, run) => sum + run.bytes.length, 0));
  /** By their next lines. */
  const heads: Head[] = [];
  const enter = (head: Head): void => {
    if (head.next === head.run.ends.length) return;
    const place = placeOf(head);
    const behind = heads.findIndex((other) => placeOf(other) > place);
    heads.splice(behind < 0 ? heads.length : behind, 0, head);
  };
  for (const run of runs) enter({ run, next: 0 });
  let at = 0;
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    const { ends, placesNs } = head.run;
    const [other] = heads;
    const end = other === undefined ? ends.length : firstAbove(placesNs, placeOf(other), head.next);
    const lines = head.run.bytes.subarray(startOf(ends, head.next), startOf(ends, end));
    bytes.set(lines, at);
    at += lines.length;
    head.next = end;
    enter(head);
  }
  return { bytes, lines: runs.reduce((sum, { ends }) => sum + ends.length, 0) };
};

/** In a buffer of its own, which can be handed over to another thread. */
export const joinedBytes = (pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};
