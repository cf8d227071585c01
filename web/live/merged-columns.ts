import { FLAG_CONTINUATION } from "@yardarm/protocol/log/line-flags";
import type { LogColumns, LogMatches } from "../workers/log-messages.ts";
import type { MergedLine } from "./log-merge.ts";

/** Lines of many frames, put in one order, as one run of columns. */

export type PlacedLine = {
  readonly source: number;
  readonly atUs: number;
  readonly columns: LogColumns;
  readonly index: number;
  readonly matches: LogMatches | null;
};

type Placing = {
  readonly place: number;
  readonly queryId: number | null;
  /** Whose line stands in front of the first one. */
  readonly sourceBefore: number | null;
};

/** Matches only when all of them answer the present query. */
export const columnsOf = (
  lines: readonly MergedLine<PlacedLine>[],
  { place, queryId, sourceBefore }: Placing,
): { readonly columns: LogColumns; readonly matches: LogMatches | null } => {
  const count = lines.length;
  let bytes = 0;
  for (const { line } of lines) bytes += endOf(line) - startOf(line);
  const flags = new Uint8Array(count);
  const offsets = new Uint32Array(count + 1);
  const stampsNs = new BigInt64Array(count);
  const text = new Uint8Array(bytes);
  const matched = new Uint8Array(count);
  const shapes = new Uint8Array(count);
  const originalBytes: [number, number][] = [];
  let source = sourceBefore;
  let areMatched = queryId !== null;
  for (const [at, { line }] of lines.entries()) {
    const { columns, index, matches } = line;
    const offset = offsets[at] ?? 0;
    // What continues a line must not seem to continue another container's.
    flags[at] = (columns.flags[index] ?? 0) & (line.source === source ? ~0 : ~FLAG_CONTINUATION);
    source = line.source;
    shapes[at] = columns.shapes[index] ?? 0;
    stampsNs[at] = columns.stampsNs[index] ?? 0n;
    text.set(columns.text.subarray(startOf(line), endOf(line)), offset);
    offsets[at + 1] = offset + endOf(line) - startOf(line);
    const cut = columns.originalBytes.length === 0 ? undefined : columns.originalBytes.find(([of]) => of === index);
    if (cut !== undefined) originalBytes.push([at, cut[1]]);
    if (matches?.queryId === queryId) matched[at] = matches?.matched[index] ?? 0;
    else areMatched = false;
  }
  const columns = { firstSeq: place, count, flags, offsets, stampsNs, text, shapes, originalBytes };
  return { columns, matches: areMatched && queryId !== null ? { queryId, matched } : null };
};

const startOf = ({ columns, index }: PlacedLine): number => columns.offsets[index] ?? 0;
const endOf = ({ columns, index }: PlacedLine): number => columns.offsets[index + 1] ?? 0;
