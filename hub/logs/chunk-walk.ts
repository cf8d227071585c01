import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LevelMask } from "@yardarm/protocol/log/level";
import { damagedSpan } from "./damaged-lines.ts";
import type { ChunkQuery, ChunkRead, ChunkSpan, StoredChunk } from "./log-chunk.ts";

/**
 * The order in which chunks are handed out, the same on every engine: per container by seq, between containers by the
 * stamps of their next chunks. An engine only lists rows and fetches bytes.
 */

/** Rows that are listed ahead, per container. */
const ROWS_AHEAD = 16;
/** Containers whose rows are listed by one call. */
const CONTAINERS_PER_CALL = 64;
/** What is fetched ahead: a few chunks, or fewer large ones. */
const FETCHED_ROWS = 8;
const FETCHED_RAW_BYTES = 4 * 1024 * 1024;

/** A row and where its bytes are. */
export interface ChunkRow extends ChunkSpan {
  /** Engine's own; `null` when the row cannot be read: its chunk is damaged. */
  readonly place: { readonly day: string; readonly ref: number } | null;
}

export interface RowsRequest {
  readonly orgId: OrgId;
  readonly order: "newest" | "oldest";
  readonly sinceNs: bigint | null;
  readonly untilNs: bigint | null;
  readonly levelMask: LevelMask | null;
  /** Rows that overlap `fromSeq` up to but without `beforeSeq`. */
  readonly heads: readonly {
    readonly containerId: ContainerId;
    readonly fromSeq: number;
    readonly beforeSeq: number;
  }[];
  /** Per container; fewer rows mean that there are no more. */
  readonly limit: number;
}

/** Bytes of a row; `gone` when compaction or retention took the row meanwhile. */
export type RowBody = Pick<StoredChunk, "codec" | "body"> | "gone" | "damaged";

export interface ChunkSource {
  /** Rows in the order asked for, one list per head. */
  listRows(request: RowsRequest): Promise<readonly (readonly ChunkRow[])[]>;
  fetchBodies(orgId: OrgId, rows: readonly ChunkRow[]): Promise<readonly RowBody[]>;
  /** Told once per damaged chunk that is met. */
  damaged(orgId: OrgId, span: Pick<ChunkSpan, "containerId" | "firstSeq" | "endSeq">): void;
}

interface Head {
  readonly containerId: ContainerId;
  fromSeq: number;
  beforeSeq: number;
  rows: readonly ChunkRow[];
  /** True when the engine has no rows behind these. */
  isLast: boolean;
  /** A row that was gone: a second time it is damage, or the walk would never end. */
  goneSeq: number | null;
}

/** Walks a query's chunks. */
export async function* walkChunks(source: ChunkSource, query: ChunkQuery): AsyncGenerator<ChunkRead, void, void> {
  const { orgId, order, signal } = query;
  let heads = [...new Set(query.containerIds)].map(
    (containerId): Head => ({
      containerId,
      fromSeq: query.fromSeq?.get(containerId) ?? 0,
      beforeSeq: query.beforeSeq?.get(containerId) ?? Number.MAX_SAFE_INTEGER,
      ...{ rows: [], isLast: false, goneSeq: null },
    }),
  );
  for (;;) {
    signal?.throwIfAborted();
    await refill(source, query, heads);
    heads = heads.filter((head) => head.rows.length > 0);
    const picked = pick(heads, order, query.aheadBytes ?? FETCHED_RAW_BYTES);
    if (picked.length === 0) return;
    const bodies = await source.fetchBodies(
      orgId,
      picked.map(({ row }) => row),
    );
    const stale = new Set<Head>();
    for (const [index, { head, row }] of picked.entries()) {
      signal?.throwIfAborted();
      if (stale.has(head)) continue;
      let body = bodies[index] ?? "gone";
      if (body === "gone" && head.goneSeq === row.firstSeq) body = "damaged";
      if (body === "gone") {
        head.goneSeq = row.firstSeq;
        stale.add(head);
        continue;
      }
      const read = readOf({ head, row, body });
      if (order === "newest") head.beforeSeq = row.firstSeq;
      else head.fromSeq = row.endSeq;
      if (read.kind === "damaged") source.damaged(orgId, read);
      yield read;
    }
    for (const head of stale) Object.assign(head, { rows: [], isLast: false });
  }
}

const readOf = ({
  head,
  row,
  body,
}: {
  readonly head: Head;
  readonly row: ChunkRow;
  readonly body: Exclude<RowBody, "gone">;
}): ChunkRead => {
  const { place: _, ...span } = row;
  const fromSeq = Math.max(head.fromSeq, row.firstSeq);
  const endSeq = Math.min(head.beforeSeq, row.endSeq);
  if (body === "damaged") {
    const { minTsNs, maxTsNs } = damagedSpan(row);
    return { kind: "damaged", containerId: row.containerId, firstSeq: fromSeq, endSeq, minTsNs, maxTsNs };
  }
  return { kind: "chunk", chunk: { ...span, ...body, wanted: { fromSeq, endSeq } } };
};

const refill = async (source: ChunkSource, query: ChunkQuery, heads: readonly Head[]): Promise<void> => {
  const empty = heads.filter((head) => head.rows.length === 0 && !head.isLast && head.fromSeq < head.beforeSeq);
  for (let at = 0; at < empty.length; at += CONTAINERS_PER_CALL) {
    query.signal?.throwIfAborted();
    const group = empty.slice(at, at + CONTAINERS_PER_CALL);
    const lists = await source.listRows({
      orgId: query.orgId,
      order: query.order,
      sinceNs: query.sinceNs ?? null,
      untilNs: query.untilNs ?? null,
      levelMask: query.levelMask ?? null,
      heads: group.map(({ containerId, fromSeq, beforeSeq }) => ({ containerId, fromSeq, beforeSeq })),
      limit: ROWS_AHEAD,
    });
    for (const [index, head] of group.entries()) {
      head.rows = lists[index] ?? [];
      head.isLast = head.rows.length < ROWS_AHEAD;
    }
  }
};

/** Takes the next rows off the heads, until one of them would have to be refilled to know what comes next. */
const pick = (
  heads: readonly Head[],
  order: "newest" | "oldest",
  aheadBytes: number,
): readonly { head: Head; row: ChunkRow }[] => {
  const picked: { head: Head; row: ChunkRow }[] = [];
  let rawBytes = 0;
  while (picked.length < FETCHED_ROWS && rawBytes < aheadBytes) {
    let best: { head: Head; row: ChunkRow } | undefined;
    for (const head of heads) {
      const [row] = head.rows;
      if (row === undefined) {
        if (!head.isLast) return picked;
      } else if (best === undefined || isBefore(row, best.row, order)) {
        best = { head, row };
      }
    }
    if (best === undefined) return picked;
    best.head.rows = best.head.rows.slice(1);
    picked.push(best);
    rawBytes += best.row.rawBytes;
  }
  return picked;
};

const isBefore = (a: ChunkRow, b: ChunkRow, order: "newest" | "oldest"): boolean =>
  order === "newest" ? a.maxTsNs > b.maxTsNs : a.minTsNs < b.minTsNs;
