import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type pg from "pg";
import type { LogCommit, RangeQuery } from "../../relay/log/committed-log.ts";
import { walkChunks } from "../chunk-walk.ts";
import { parseCursor } from "../commit-check.ts";
import { cursorOfLines, REPAIR_LINES } from "../cursor-repair.ts";
import { damagedSpan } from "../damaged-lines.ts";
import { type CommitOutcome, GroupCommit } from "../group-commit.ts";
import type { ChunkQuery, ChunkRead } from "../log-chunk.ts";
import type { CompactionOptions, LogDamage, LogStore, TailQuery } from "../log-store.ts";
import { RangeReading } from "../range-reading.ts";
import type { Eviction, EvictionReason, LogsSinceMap, RetentionLimits } from "../retention.ts";
import { isIntact, type RowRead, readBatches } from "../stored-row.ts";
import { ThreadClient } from "../thread-client.ts";
import { contentOfPg, fetchPgBodies, INNER_PACK_COLUMNS, listPgRows, PACK_COLUMNS, type PackRow } from "./pg-chunks.ts";
import { openPool, queryRows, withClient } from "./pg-client.ts";
import { PgCompaction } from "./pg-compaction.ts";
import { ensurePartition, ensureTables } from "./pg-log-schema.ts";
import { PgRetention } from "./pg-retention.ts";
import { writeGroup } from "./pg-write-group.ts";

/** Rows that one query fetches at most; one holds up to 1 MiB when it is open. */
const PACKS_PER_QUERY = 16;
/** Stored bytes that are read to make a cursor again. */
const REPAIR_BYTES = 1024 * 1024;

export interface PgLogStoreOptions {
  /** `postgres://…`; never logged, because it may carry a password. */
  readonly url: string;
  readonly nowMs: () => number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  readonly connections?: number;
  /** Between two looks at how much is stored, ms: they read the whole table. 0 unless told. */
  readonly evictionRestMs?: number;
  /** Told what cannot be read, whenever it is met. */
  readonly damaged?: (damage: LogDamage) => void;
}

type PackKey = readonly [orgId: OrgId, containerId: ContainerId];

/**
 * Opens the log store on PostgreSQL, making its tables.
 *
 * @throws ProtocolError `storage_unavailable`
 */
export const openPgLogStore = async (options: PgLogStoreOptions): Promise<LogStore> => {
  const pool = openPool(options.url, options.connections);
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
  readonly #damaged: (damage: LogDamage) => void;
  readonly #group: GroupCommit;
  readonly #merger = new ThreadClient({ directory: "", isBackground: true });
  readonly #compaction: PgCompaction;
  readonly #retention: PgRetention;
  #partition = "";

  constructor(pool: pg.Pool, { nowMs, after, damaged, evictionRestMs }: PgLogStoreOptions) {
    this.#pool = pool;
    this.#nowMs = nowMs;
    this.#damaged = damaged ?? (() => {});
    this.#group = new GroupCommit({
      write: (group) => withClient(pool, (client) => this.#write(client, group)),
      after,
    });
    this.#compaction = new PgCompaction({
      pool,
      today: () => this.#today(),
      merge: (rows) =>
        this.#merger.call(
          { kind: "merge", rows },
          rows.map(({ body }) => body.buffer as ArrayBuffer),
        ),
      damaged: this.#damaged,
    });
    this.#retention = new PgRetention(pool, evictionRestMs ?? 0);
  }

  get isSaturated(): boolean {
    return this.#group.isSaturated;
  }

  get committedBytes(): number {
    return this.#group.committedBytes;
  }

  append(commit: LogCommit): Promise<void> {
    return this.#group.add(commit);
  }

  async cursors(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogCursor>> {
    const rows = await this.#query<{ readonly container_id: ContainerId; readonly cursor: string }>(
      "SELECT container_id, cursor FROM log_cursor WHERE org_id = $1 AND container_id = ANY($2)",
      [orgId, containerIds],
    );
    const found = new Map<ContainerId, LogCursor>();
    for (const { container_id: containerId, cursor: text } of rows) {
      const cursor = parseCursor(text) ?? (await this.#repairedCursor(orgId, containerId));
      if (cursor !== null) found.set(containerId, cursor);
    }
    return found;
  }

  async #repairedCursor(orgId: OrgId, containerId: ContainerId): Promise<LogCursor | null> {
    this.#damaged({
      orgId,
      containerId,
      what: "The stored place in this log is damaged; it was made again from its last lines.",
    });
    return cursorOfLines(await this.readTail({ orgId, containerId, lines: REPAIR_LINES, maxBytes: REPAIR_BYTES }));
  }

  async readRange({ orgId, containerId, ...bounds }: RangeQuery): Promise<readonly Uint8Array[]> {
    const { toSeq } = bounds;
    const reading = new RangeReading(bounds);
    for (let fromSeq = bounds.fromSeq; fromSeq < toSeq; ) {
      const rows = await this.#packs({ orgId, containerId, fromSeq, toSeq, maxBytes: reading.bytesLeft });
      if (rows.length === 0) break;
      const reads = this.#reads(rows, [orgId, containerId]);
      for (const read of reads) if (!reading.take(read)) return reading.batches;
      const nextSeq = Math.max(reading.nextSeq, reads.at(-1)?.row.endSeq ?? 0);
      // A damaged row may claim to reach on for ever.
      if (nextSeq <= fromSeq) break;
      fromSeq = nextSeq;
    }
    return reading.batches;
  }

  async readTail({ orgId, containerId, lines, maxBytes }: TailQuery): Promise<readonly Uint8Array[]> {
    const newestFirst: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    let beforeSeq = Number.MAX_SAFE_INTEGER;
    while (count < lines) {
      // Only as many as hold the lines that are wanted, as far as seqs can say.
      const rows = await this.#query<PackRow>(
        `SELECT ${PACK_COLUMNS} FROM (
           SELECT *, max(end_seq) OVER () AS newest FROM (
             SELECT ${INNER_PACK_COLUMNS} FROM log_pack
             WHERE org_id = $1 AND container_id = $2 AND first_seq < $3 ORDER BY first_seq DESC LIMIT $4
           ) AS found
         ) AS counted WHERE end_seq > least(newest, $3) - $5 ORDER BY first_seq DESC`,
        [orgId, containerId, beforeSeq, PACKS_PER_QUERY, lines - count],
      );
      if (rows.length === 0) break;
      for (const read of this.#reads(rows, [orgId, containerId])) {
        const endSeq = Math.min(read.row.endSeq, beforeSeq);
        for (const batch of [...readBatches(read, { fromSeq: endSeq - (lines - count), endSeq })].reverse()) {
          if (newestFirst.length > 0 && bytes >= maxBytes) return newestFirst.reverse();
          newestFirst.push(batch);
          bytes += batch.length;
          count += readBatchHeader(batch).lineCount;
          if (count >= lines) return newestFirst.reverse();
        }
        beforeSeq = read.row.firstSeq;
      }
    }
    return newestFirst.reverse();
  }

  async firstSeq(orgId: OrgId, containerId: ContainerId): Promise<number | null> {
    return (await this.since(orgId, [containerId])).get(containerId)?.firstSeq ?? null;
  }

  async since(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<LogsSinceMap> {
    const rows = await this.#query<{
      readonly container_id: ContainerId;
      readonly first_seq: string;
      readonly min_ts_ns: string;
      readonly evicted_by: EvictionReason | null;
    }>(
      `SELECT c.container_id, oldest.first_seq, oldest.min_ts_ns, c.evicted_by FROM log_cursor c
       CROSS JOIN LATERAL (
         SELECT first_seq, min_ts_ns FROM log_pack p
         WHERE p.org_id = c.org_id AND p.container_id = c.container_id ORDER BY first_seq LIMIT 1
       ) AS oldest
       WHERE c.org_id = $1 AND c.container_id = ANY($2)`,
      [orgId, containerIds],
    );
    return new Map(
      rows.map(({ container_id, first_seq, min_ts_ns, evicted_by }) => [
        container_id,
        { firstSeq: Number(first_seq), firstTsNs: BigInt(min_ts_ns), reason: evicted_by },
      ]),
    );
  }

  chunks(query: ChunkQuery): AsyncIterable<ChunkRead> {
    return walkChunks(
      {
        listRows: (request) => listPgRows(this.#pool, request),
        fetchBodies: (orgId, rows) => fetchPgBodies(this.#pool, orgId, rows),
        damaged: (orgId, { containerId, firstSeq, endSeq }) =>
          this.#damaged({ orgId, containerId, what: damagedLines({ firstSeq, endSeq }) }),
      },
      query,
    );
  }

  compactNext({ everything = false }: CompactionOptions = {}): Promise<boolean> {
    return this.#compaction.next(everything);
  }

  evict(limits: RetentionLimits): Promise<Eviction> {
    return this.#retention.step(this.#nowMs(), limits);
  }

  async close(): Promise<void> {
    await this.#group.flush();
    await this.#merger.close();
    await this.#pool.end();
  }

  /** Packs from the one that holds `fromSeq` on, as many as `maxBytes` take when they are open, and at least one. */
  #packs({ orgId, containerId, fromSeq, toSeq, maxBytes }: RangeQuery): Promise<readonly PackRow[]> {
    return this.#query<PackRow>(
      `SELECT ${PACK_COLUMNS} FROM (
         SELECT *, sum(raw_bytes) OVER (ORDER BY first_seq) - raw_bytes AS bytes_before FROM (
           SELECT ${INNER_PACK_COLUMNS} FROM log_pack
           WHERE org_id = $1 AND container_id = $2 AND first_seq < $4 AND end_seq > $3
             AND first_seq >= coalesce(
               (SELECT max(first_seq) FROM log_pack WHERE org_id = $1 AND container_id = $2 AND first_seq <= $3), $3)
           ORDER BY first_seq LIMIT $5
         ) AS found
       ) AS summed WHERE bytes_before <= $6 ORDER BY first_seq`,
      [orgId, containerId, fromSeq, toSeq, PACKS_PER_QUERY, Math.max(0, maxBytes)],
    );
  }

  /** What can be read of these rows; the rest is reported. */
  #reads(rows: readonly PackRow[], [orgId, containerId]: PackKey): readonly RowRead[] {
    return rows.map((packed): RowRead => {
      const row = contentOfPg(packed);
      if (isIntact(row)) return { kind: "intact", row };
      const span = damagedSpan(row);
      this.#damaged({ orgId, containerId, what: damagedLines(span) });
      return { kind: "damaged", row: span };
    });
  }

  #query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return queryRows<Row>(this.#pool, sql, values);
  }

  #today(): string {
    return new Date(this.#nowMs()).toISOString().slice(0, 10);
  }

  async #write(client: pg.PoolClient, group: readonly LogCommit[]): Promise<readonly CommitOutcome[]> {
    const day = this.#today();
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

const damagedLines = ({ firstSeq, endSeq }: { readonly firstSeq: number; readonly endSeq: number }): string =>
  `Stored log lines ${firstSeq} to ${endSeq - 1} are damaged and cannot be read.`;
