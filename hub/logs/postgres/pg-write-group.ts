import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type pg from "pg";
import type { LogCommit } from "../../relay/log/committed-log.ts";
import { judgeCommit, parseCursor } from "../commit-check.ts";
import type { CommitOutcome } from "../group-commit.ts";
import { packedBytes, writePacks } from "../pack.ts";
import { compressPack } from "../pack-codec.ts";
import { checksumOf, type StoredRow } from "../stored-row.ts";

/** Judges the commits of a group in their order, then writes what passed in two statements. */
export const writeGroup = async (
  client: pg.PoolClient,
  group: readonly LogCommit[],
  day: string,
): Promise<readonly CommitOutcome[]> => {
  const stored = await lockCursors(client, group);
  const cursors = new Map<string, readonly [string, string, string]>();
  const packs: { readonly commit: LogCommit; readonly rows: readonly StoredRow[] }[] = [];
  const outcomes = group.map((commit): CommitOutcome => {
    const { orgId, containerId, firstSeq } = commit;
    const key = keyOf(orgId, containerId);
    const cursor = JSON.stringify(commit.cursor);
    const verdict = judgeCommit(stored.get(key) ?? null, { firstSeq, cursor });
    if (verdict !== "write") return verdict === "stored" ? "committed" : "conflict";
    stored.set(key, cursor);
    cursors.set(key, [orgId, containerId, cursor]);
    packs.push({ commit, rows: packsOf(commit) });
    return "committed";
  });
  const all = packs.flatMap(({ commit, rows }) =>
    rows.map((row) => ({ ...row, orgId: commit.orgId, containerId: commit.containerId })),
  );
  if (all.length > 0) await insertPacks(client, all, day);
  const rows = [...cursors.values()].sort((a, b) => (keyOf(a[0], a[1]) < keyOf(b[0], b[1]) ? -1 : 1));
  if (rows.length > 0) {
    await client.query(
      `INSERT INTO log_cursor (org_id, container_id, cursor, committed_at)
       SELECT org_id, container_id, cursor, now() FROM unnest($1::text[], $2::text[], $3::text[]) AS t (org_id, container_id, cursor)
       ON CONFLICT (org_id, container_id) DO UPDATE SET cursor = excluded.cursor, committed_at = excluded.committed_at`,
      [rows.map(([orgId]) => orgId), rows.map(([, containerId]) => containerId), rows.map(([, , cursor]) => cursor)],
    );
  }
  return outcomes;
};

const keyOf = (orgId: string, containerId: string): string => `${orgId} ${containerId}`;

/** The stored cursors of a group's containers, locked until the transaction ends. */
const lockCursors = async (client: pg.PoolClient, group: readonly LogCommit[]): Promise<Map<string, string>> => {
  const read = async (): Promise<Map<string, string>> => {
    const { rows } = await client.query<{ org_id: string; container_id: string; cursor: string }>(
      `SELECT org_id, container_id, cursor FROM log_cursor
       WHERE (org_id, container_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
       ORDER BY org_id, container_id FOR UPDATE`,
      [group.map(({ orgId }) => orgId), group.map(({ containerId }) => containerId)],
    );
    const cursors = new Map<string, string>();
    for (const row of rows) {
      // One that cannot be read was made again from the last lines by whoever asked: those say where it goes on.
      const isReadable = parseCursor(row.cursor) !== null;
      const text = isReadable ? row.cursor : JSON.stringify(await endOf(client, row));
      cursors.set(keyOf(row.org_id, row.container_id), text);
    }
    return cursors;
  };
  const stored = await read();
  const missing = [...new Set(group.map(({ orgId, containerId }) => keyOf(orgId, containerId)))]
    .filter((key) => !stored.has(key))
    .sort();
  if (missing.length === 0) return stored;
  // A row that does not exist cannot be locked; its name can.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key", [
    missing,
  ]);
  return read();
};

/** Where the stored lines of a container end, as a cursor. */
const endOf = async (
  client: pg.PoolClient,
  { org_id, container_id }: { readonly org_id: string; readonly container_id: string },
): Promise<LogCursor> => {
  const { rows } = await client.query<{ readonly end_seq: string }>(
    "SELECT end_seq FROM log_pack WHERE org_id = $1 AND container_id = $2 ORDER BY first_seq DESC LIMIT 1",
    [org_id, container_id],
  );
  return { nextSeq: Number(rows[0]?.end_seq ?? 0), tsNs: "0", ordinal: 0, tail: [] };
};

const packsOf = (commit: LogCommit): readonly StoredRow[] => {
  const bytes = new Uint8Array(packedBytes(commit));
  return writePacks(commit, bytes, 0).map(({ offset, length, isCompressible, ...span }) => {
    const row = { ...span, ...compressPack(bytes.subarray(offset, offset + length), isCompressible) };
    return { ...row, checksum: checksumOf(row) };
  });
};

/** The primary key is the last word: two nodes that both number a container cannot both store a line. */
export const insertPacks = async (
  client: pg.PoolClient,
  packs: readonly (StoredRow & PackOwner)[],
  day: string,
): Promise<void> => {
  // All bytes as one value: that travels as it is, while an array would be written in hexadecimal digits.
  const bytes = Buffer.concat(packs.map(({ body }) => body));
  let end = 0;
  const starts = packs.map(({ body }) => {
    end += body.length;
    return 1 + end - body.length;
  });
  await client.query(
    `INSERT INTO log_pack (day, org_id, container_id, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, checksum, body)
     SELECT $1::date, org_id, container_id, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, checksum,
       substring($2::bytea FROM body_start FOR body_bytes)
     FROM unnest(
       $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::int[], $10::smallint[], $11::int[], $12::bigint[], $13::int[], $14::int[]
     ) AS pack (org_id, container_id, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, checksum, body_start, body_bytes)`,
    [
      day,
      bytes,
      packs.map(({ orgId }) => orgId),
      packs.map(({ containerId }) => containerId),
      packs.map(({ firstSeq }) => firstSeq),
      packs.map(({ endSeq }) => endSeq),
      packs.map(({ minTsNs }) => minTsNs),
      packs.map(({ maxTsNs }) => maxTsNs),
      packs.map(({ levelMask }) => levelMask),
      packs.map(({ codec }) => codec),
      packs.map(({ rawBytes }) => rawBytes),
      packs.map(({ checksum }) => checksum),
      starts,
      packs.map(({ body }) => body.length),
    ],
  );
};

interface PackOwner {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
}
