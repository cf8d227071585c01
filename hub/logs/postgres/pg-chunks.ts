import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type pg from "pg";
import type { ChunkRow, RowBody, RowsRequest } from "../chunk-walk.ts";
import { isIntact, type StoredRow } from "../stored-row.ts";
import { queryRows } from "./pg-client.ts";

/** Rows and their bytes out of PostgreSQL. `bigint` columns come as text; whoever reads bodies asks with `queryRows`. */

export interface PackRow {
  readonly first_seq: string;
  readonly end_seq: string;
  readonly min_ts_ns: string;
  readonly max_ts_ns: string;
  readonly level_mask: number;
  readonly codec: number;
  readonly raw_bytes: number;
  readonly checksum: string;
  /** Base64: a third shorter than the server's own digits, and read faster. */
  readonly body: string;
}

const SPAN_COLUMNS = "first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, checksum";
/** What a `PackRow` is selected by. */
export const PACK_COLUMNS = `${SPAN_COLUMNS}, encode(body, 'base64') AS body`;
/** The same with bytes that are not written as text yet: for what is selected from again. */
export const INNER_PACK_COLUMNS = `${SPAN_COLUMNS}, body`;

export const contentOfPg = (row: PackRow): StoredRow & { readonly body: Uint8Array<ArrayBuffer> } => ({
  firstSeq: Number(row.first_seq),
  endSeq: Number(row.end_seq),
  minTsNs: BigInt(row.min_ts_ns),
  maxTsNs: BigInt(row.max_ts_ns),
  levelMask: row.level_mask,
  codec: row.codec,
  rawBytes: row.raw_bytes,
  checksum: Number(row.checksum),
  // Alone in its buffer, as threads want it: small ones share one.
  body: new Uint8Array(Buffer.from(row.body, "base64")),
});

interface SpanRow extends Omit<PackRow, "codec" | "checksum" | "body"> {
  readonly head: number;
  readonly day: string;
}

/** What `ChunkSource.listRows` says. */
export const listPgRows = async (
  pool: pg.Pool,
  { orgId, order, sinceNs, untilNs, levelMask, heads, limit }: RowsRequest,
): Promise<readonly (readonly ChunkRow[])[]> => {
  const found = await queryRows<SpanRow>(
    pool,
    `SELECT head::int AS head, to_char(day, 'YYYY-MM-DD') AS day, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, raw_bytes
     FROM unnest($2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS h (container_id, from_seq, before_seq, head)
     CROSS JOIN LATERAL (
       SELECT * FROM log_pack p
       WHERE p.org_id = $1 AND p.container_id = h.container_id
         AND p.end_seq > h.from_seq AND p.first_seq < h.before_seq
         AND ($5::bigint IS NULL OR p.max_ts_ns >= $5) AND ($6::bigint IS NULL OR p.min_ts_ns < $6)
         AND ($7::int IS NULL OR (p.level_mask & $7) <> 0)
       ORDER BY p.first_seq ${order === "newest" ? "DESC" : "ASC"} LIMIT $8
     ) AS found
     ORDER BY head, first_seq ${order === "newest" ? "DESC" : "ASC"}`,
    [
      orgId,
      heads.map(({ containerId }) => containerId),
      heads.map(({ fromSeq }) => fromSeq),
      heads.map(({ beforeSeq }) => beforeSeq),
      ...[sinceNs?.toString() ?? null, untilNs?.toString() ?? null, levelMask, limit],
    ],
  );
  const lists = heads.map((): ChunkRow[] => []);
  for (const row of found) {
    const head = heads[row.head - 1];
    if (head !== undefined) lists[row.head - 1]?.push(spanOf(row, head.containerId));
  }
  return lists;
};

const spanOf = (row: SpanRow, containerId: ContainerId): ChunkRow => ({
  containerId,
  firstSeq: Number(row.first_seq),
  endSeq: Number(row.end_seq),
  minTsNs: BigInt(row.min_ts_ns),
  maxTsNs: BigInt(row.max_ts_ns),
  levelMask: row.level_mask,
  rawBytes: row.raw_bytes,
  place: { day: row.day, ref: 0 },
});

/** What `ChunkSource.fetchBodies` says. */
export const fetchPgBodies = async (
  pool: pg.Pool,
  orgId: OrgId,
  rows: readonly ChunkRow[],
): Promise<readonly RowBody[]> => {
  const found = await queryRows<PackRow & { readonly at: number }>(
    pool,
    `SELECT at::int AS at, ${PACK_COLUMNS}
     FROM unnest($2::text[], $3::bigint[], $4::date[]) WITH ORDINALITY AS w (container, first, on_day, at)
     JOIN log_pack ON org_id = $1 AND container_id = w.container AND first_seq = w.first AND day = w.on_day`,
    [
      orgId,
      rows.map(({ containerId }) => containerId),
      rows.map(({ firstSeq }) => firstSeq),
      rows.map(({ place }) => place?.day ?? "1970-01-01"),
    ],
  );
  const bodies = rows.map((): RowBody => "gone");
  for (const row of found) {
    const content = contentOfPg(row);
    if (content.endSeq !== rows[row.at - 1]?.endSeq) continue;
    bodies[row.at - 1] = isIntact(content) ? { codec: content.codec, body: content.body } : "damaged";
  }
  return bodies;
};
