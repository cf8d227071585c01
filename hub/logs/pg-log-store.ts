import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import pg from "pg";
import type { LogCommit, RangeQuery } from "../relay/committed-log.ts";
import { judgeCommit } from "./commit-check.ts";
import { type CommitOutcome, GroupCommit } from "./group-commit.ts";
import type { LogStore, TailQuery } from "./log-store.ts";
import { packedBytes, readPack, writePacks } from "./pack.ts";
import { compressPack, openPack, type StoredPack } from "./pack-codec.ts";
import { ensurePartition, ensureTables } from "./pg-log-schema.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Packs that one query fetches; a pack holds up to 256 KiB. */
const PACKS_PER_QUERY = 16;

export interface PgLogStoreOptions {
  /** `postgres://…`; never logged, because it may carry a password. */
  readonly url: string;
  readonly nowMs: () => number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  readonly connections?: number;
}

interface PackRow {
  readonly first_seq: string;
  readonly end_seq: string;
  readonly codec: number;
  readonly raw_bytes: number;
  readonly body: Buffer;
}

type PackKey = readonly [orgId: OrgId, containerId: ContainerId];

/**
 * Opens the log store on PostgreSQL, making its tables.
 *
 * @throws ProtocolError `storage_unavailable`
 */
export const openPgLogStore = async (options: PgLogStoreOptions): Promise<LogStore> => {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 5,
    connectionTimeoutMillis: 10_000,
    application_name: "yardarm-hub-logs",
  });
  // Whoever uses a connection that breaks is told by its query; without listeners it would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("error", () => {});
  try {
    await withClient(pool, ensureTables);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return new PgLogStore(pool, options);
};

/** Log store on PostgreSQL: a table partitioned by day of arrival. A commit is durable as the server's own settings say. */
class PgLogStore implements LogStore {
  readonly #pool: pg.Pool;
  readonly #nowMs: () => number;
  readonly #group: GroupCommit;
  #partition = "";

  constructor(pool: pg.Pool, { nowMs, after }: PgLogStoreOptions) {
    this.#pool = pool;
    this.#nowMs = nowMs;
    this.#group = new GroupCommit({
      write: (group) => withClient(pool, (client) => this.#write(client, group)),
      after,
    });
  }

  append(commit: LogCommit): Promise<void> {
    return this.#group.add(commit);
  }

  async cursors(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogCursor>> {
    const rows = await this.#query<{ readonly container_id: ContainerId; readonly cursor: string }>(
      "SELECT container_id, cursor FROM log_cursor WHERE org_id = $1 AND container_id = ANY($2)",
      [orgId, containerIds],
    );
    return new Map(rows.map(({ container_id, cursor }) => [container_id, JSON.parse(cursor) as LogCursor]));
  }

  async readRange(query: RangeQuery): Promise<readonly Uint8Array[]> {
    const { orgId, containerId, toSeq, maxBytes } = query;
    const batches: Uint8Array[] = [];
    let bytes = 0;
    for (let fromSeq = query.fromSeq; fromSeq < toSeq; ) {
      const rows = await this.#packs([orgId, containerId], fromSeq, toSeq);
      for (const row of rows) {
        for (const batch of batchesOf(row)) {
          const { firstSeq, lineCount } = readBatchHeader(batch);
          if (firstSeq + lineCount <= query.fromSeq || firstSeq >= toSeq) continue;
          if (batches.length > 0 && bytes >= maxBytes) return batches;
          batches.push(batch);
          bytes += batch.length;
        }
        fromSeq = Number(row.end_seq);
      }
      if (rows.length < PACKS_PER_QUERY) break;
    }
    return batches;
  }

  async readTail({ orgId, containerId, lines, maxBytes }: TailQuery): Promise<readonly Uint8Array[]> {
    const newestFirst: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    let beforeSeq = Number.MAX_SAFE_INTEGER;
    for (let isMore = lines > 0; isMore; ) {
      const rows = await this.#query<PackRow>(
        `SELECT first_seq, end_seq, codec, raw_bytes, body FROM log_pack
         WHERE org_id = $1 AND container_id = $2 AND first_seq < $3 ORDER BY first_seq DESC LIMIT $4`,
        [orgId, containerId, beforeSeq, PACKS_PER_QUERY],
      );
      for (const batch of rows.flatMap((row) => [...batchesOf(row)].reverse())) {
        if (count >= lines || (newestFirst.length > 0 && bytes >= maxBytes)) return newestFirst.reverse();
        newestFirst.push(batch);
        bytes += batch.length;
        count += readBatchHeader(batch).lineCount;
      }
      beforeSeq = Number(rows.at(-1)?.first_seq ?? 0);
      isMore = rows.length === PACKS_PER_QUERY;
    }
    return newestFirst.reverse();
  }

  async firstSeq(orgId: OrgId, containerId: ContainerId): Promise<number | null> {
    const [row] = await this.#query<{ readonly first_seq: string | null }>(
      "SELECT min(first_seq) AS first_seq FROM log_pack WHERE org_id = $1 AND container_id = $2",
      [orgId, containerId],
    );
    const first = row?.first_seq ?? null;
    return first === null ? null : Number(first);
  }

  async close(): Promise<void> {
    await this.#group.flush();
    await this.#pool.end();
  }

  /** Packs from the one that holds `fromSeq` on. */
  #packs([orgId, containerId]: PackKey, fromSeq: number, toSeq: number): Promise<readonly PackRow[]> {
    return this.#query<PackRow>(
      `SELECT first_seq, end_seq, codec, raw_bytes, body FROM log_pack
       WHERE org_id = $1 AND container_id = $2 AND first_seq < $4
         AND first_seq >= coalesce(
           (SELECT max(first_seq) FROM log_pack WHERE org_id = $1 AND container_id = $2 AND first_seq <= $3), $3)
       ORDER BY first_seq LIMIT $5`,
      [orgId, containerId, fromSeq, toSeq, PACKS_PER_QUERY],
    );
  }

  #query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return withClient(this.#pool, async (client) => (await client.query<Row>(sql, [...values])).rows);
  }

  async #write(client: pg.PoolClient, group: readonly LogCommit[]): Promise<readonly CommitOutcome[]> {
    const now = this.#nowMs();
    const day = new Date(now - (now % DAY_MS)).toISOString().slice(0, 10);
    if (this.#partition !== day) await ensurePartition(client, day);
    this.#partition = day;
    await client.query("BEGIN");
    try {
      const outcomes = await writeGroup(client, group, day);
      await client.query("COMMIT");
      return outcomes;
    } catch (error) {
      // The partition may be the reason: it is looked for again.
      this.#partition = "";
      await client.query("ROLLBACK").catch(() => {});
      throw error;
    }
  }
}

/** Judges the commits of a group in their order, then writes what passed in two statements. */
const writeGroup = async (
  client: pg.PoolClient,
  group: readonly LogCommit[],
  day: string,
): Promise<readonly CommitOutcome[]> => {
  const stored = await lockCursors(client, group);
  const cursors = new Map<string, readonly [string, string, string]>();
  const packs: { readonly commit: LogCommit; readonly rows: readonly PackInsert[] }[] = [];
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
  const all = packs.flatMap(({ commit, rows }) => rows.map((row) => ({ ...row, ...commit })));
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
    return new Map(rows.map((row) => [keyOf(row.org_id, row.container_id), row.cursor]));
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

interface PackInsert extends StoredPack {
  readonly packSeq: number;
  readonly endSeq: number;
  readonly minTsNs: bigint;
  readonly maxTsNs: bigint;
  readonly levelMask: number;
}

const packsOf = (commit: LogCommit): readonly PackInsert[] => {
  const bytes = new Uint8Array(packedBytes(commit));
  return writePacks(commit, bytes, 0).map(({ firstSeq, offset, length, isCompressible, ...span }) => ({
    ...span,
    ...compressPack(bytes.subarray(offset, offset + length), isCompressible),
    packSeq: firstSeq,
  }));
};

/** The primary key is the last word: two nodes that both number a container cannot both store a line. */
const insertPacks = async (
  client: pg.PoolClient,
  packs: readonly (PackInsert & PackOwner)[],
  day: string,
): Promise<void> => {
  await client.query(
    `INSERT INTO log_pack (day, org_id, container_id, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, body)
     SELECT $1::date, * FROM unnest(
       $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[], $9::smallint[], $10::int[], $11::bytea[])`,
    [
      day,
      packs.map(({ orgId }) => orgId),
      packs.map(({ containerId }) => containerId),
      packs.map(({ packSeq }) => packSeq),
      packs.map(({ endSeq }) => endSeq),
      packs.map(({ minTsNs }) => minTsNs),
      packs.map(({ maxTsNs }) => maxTsNs),
      packs.map(({ levelMask }) => levelMask),
      packs.map(({ codec }) => codec),
      packs.map(({ rawBytes }) => rawBytes),
      packs.map(({ body }) => Buffer.from(body.buffer, body.byteOffset, body.byteLength)),
    ],
  );
};

interface PackOwner {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
}

const batchesOf = ({ codec, raw_bytes, body }: PackRow): readonly Uint8Array[] =>
  readPack(openPack({ codec, rawBytes: raw_bytes, body }));

/** @throws ProtocolError `storage_unavailable` for whatever the server or the way to it did wrong */
const withClient = async <Result>(pool: pg.Pool, use: (client: pg.PoolClient) => Promise<Result>): Promise<Result> => {
  let client: pg.PoolClient | undefined;
  try {
    client = await pool.connect();
    const result = await use(client);
    client.release();
    return result;
  } catch (cause) {
    // Whatever state it is in, nobody else gets this connection.
    client?.release(true);
    throw new ProtocolError("storage_unavailable", "The log database does not answer.", { cause });
  }
};
