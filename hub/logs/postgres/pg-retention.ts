import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type pg from "pg";
import {
  chooseOldest,
  type EvictableRow,
  type Eviction,
  type EvictionReason,
  excess,
  oldestKeptDay,
  type RetentionLimits,
} from "../retention.ts";
import { inPgTransaction, queryRows, withClient } from "./pg-client.ts";
import { dropPartition } from "./pg-log-schema.ts";

/** What a row costs besides its bytes, roughly: header, columns and index entry. */
const ROW_BYTES = 160;

interface Usage {
  readonly day: string;
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly bytes: number;
}

interface Progress {
  rows: number;
  bytes: number;
  isMoreDue: boolean;
  readonly days: { orgId: OrgId; day: string; reason: EvictionReason }[];
}

/**
 * Retention on PostgreSQL. A day goes by dropping its partition where every org's bounds agree, else by deleting rows. Bytes are those of
 * the rows; when the server gives the space of deleted rows back is its own affair.
 */
export class PgRetention {
  readonly #pool: pg.Pool;
  readonly #restMs: number;
  /** On the clock of `performance.now`: until then nothing is looked at. */
  #restsUntilMs = 0;

  /** @param restMs between two looks at the whole table while no bound is exceeded */
  constructor(pool: pg.Pool, restMs: number) {
    this.#pool = pool;
    this.#restMs = restMs;
  }

  async step(nowMs: number, limits: RetentionLimits): Promise<Eviction> {
    const progress: Progress = { rows: 0, bytes: 0, isMoreDue: false, days: [] };
    if (performance.now() < this.#restsUntilMs) return progress;
    await this.#look({ nowMs, limits }, progress);
    if (!progress.isMoreDue) this.#restsUntilMs = performance.now() + this.#restMs;
    return progress;
  }

  async #look(
    { nowMs, limits }: { readonly nowMs: number; readonly limits: RetentionLimits },
    progress: Progress,
  ): Promise<void> {
    let usage = await this.#usage();
    const gone = new Set<Usage>();
    const drop = async (part: readonly Usage[], reason: EvictionReason): Promise<void> => {
      await this.#drop(part, reason, progress);
      for (const entry of part) gone.add(entry);
      usage = usage.filter((entry) => !gone.has(entry));
    };
    await drop(
      usage.filter(({ orgId, day }) => {
        const { maxDays } = limits.orgs.get(orgId) ?? limits.defaults;
        return maxDays !== null && day < oldestKeptDay(nowMs, maxDays);
      }),
      "age",
    );
    for (const [, entries] of grouped(usage, ({ orgId, containerId }) => `${orgId} ${containerId}`)) {
      const bound = boundsOf(limits, entries).maxContainerBytes;
      await this.#free(entries, { bytes: excess(total(entries), bound), reason: "container_bytes" }, progress);
    }
    // What was deleted above counts no more.
    usage = progress.rows > 0 ? await this.#usage() : usage;
    for (const [, entries] of grouped(usage, ({ orgId }) => orgId)) {
      const bytes = excess(total(entries), boundsOf(limits, entries).maxOrgBytes);
      await this.#freeDayOrRows(entries, { bytes, reason: "org_bytes", drop }, progress);
    }
    usage = progress.rows > 0 ? await this.#usage() : usage;
    const bytes = excess(total(usage), limits.maxTotalBytes);
    await this.#freeDayOrRows(usage, { bytes, reason: "total_bytes", drop }, progress);
  }

  async #freeDayOrRows(
    usage: readonly Usage[],
    {
      bytes,
      reason,
      drop,
    }: {
      readonly bytes: number;
      readonly reason: EvictionReason;
      readonly drop: (part: readonly Usage[], reason: EvictionReason) => Promise<void>;
    },
    progress: Progress,
  ): Promise<void> {
    if (bytes <= 0) return;
    progress.isMoreDue = true;
    const days = [...new Set(usage.map(({ day }) => day))].sort();
    const oldest = usage.filter(({ day }) => day === days[0]);
    if (days.length > 1) await drop(oldest, reason);
    else await this.#free(oldest, { bytes, reason }, progress);
  }

  /** Stored bytes by day, org and container. Sizes are known without reading the bytes. */
  async #usage(): Promise<readonly Usage[]> {
    const rows = await queryRows<{ day: string; org_id: OrgId; container_id: ContainerId; bytes: string }>(
      this.#pool,
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, org_id, container_id, sum(octet_length(body) + $1) AS bytes
       FROM log_pack GROUP BY day, org_id, container_id ORDER BY day`,
      [ROW_BYTES],
    );
    return rows.map((row) => ({
      ...{ day: row.day, orgId: row.org_id, containerId: row.container_id },
      bytes: Number(row.bytes),
    }));
  }

  /** Everything of these containers on these days. */
  async #drop(part: readonly Usage[], reason: EvictionReason, progress: Progress): Promise<void> {
    for (const [day, entries] of grouped(part, (entry) => entry.day)) {
      const orgIds = [...new Set(entries.map(({ orgId }) => orgId))];
      await inPgTransaction(this.#pool, async (client) => {
        await mark(client, entries, reason);
        await client.query(
          `DELETE FROM log_pack WHERE day = $1
             AND (org_id, container_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
          [day, entries.map(({ orgId }) => orgId), entries.map(({ containerId }) => containerId)],
        );
      });
      const [left] = await queryRows(this.#pool, "SELECT 1 FROM log_pack WHERE day = $1 LIMIT 1", [day]);
      if (left === undefined) await withClient(this.#pool, (client) => dropPartition(client, day));
      progress.bytes += total(entries);
      progress.rows += entries.length;
      progress.days.push(...orgIds.map((orgId) => ({ orgId, day, reason })));
    }
  }

  /** Deletes the oldest rows of these containers until `bytes` are free, or the step has done enough. */
  async #free(
    entries: readonly Usage[],
    { bytes, reason }: { readonly bytes: number; readonly reason: EvictionReason },
    progress: Progress,
  ): Promise<void> {
    if (bytes <= 0) return;
    progress.isMoreDue = true;
    const rows = await queryRows<{
      org_id: string;
      container_id: string;
      first_seq: string;
      max_ts_ns: string;
      bytes: number;
    }>(
      this.#pool,
      `SELECT org_id, container_id, first_seq, max_ts_ns, octet_length(body) + $1 AS bytes FROM log_pack
       WHERE (org_id, container_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
      [ROW_BYTES, entries.map(({ orgId }) => orgId), entries.map(({ containerId }) => containerId)],
    );
    const candidates = rows.map(
      (row): EvictableRow => ({
        container: `${row.org_id} ${row.container_id}`,
        firstSeq: Number(row.first_seq),
        maxTsNs: BigInt(row.max_ts_ns),
        storedBytes: row.bytes,
      }),
    );
    for (const [container, toSeq] of chooseOldest(candidates, bytes)) {
      const [orgId = "", containerId = ""] = container.split(" ");
      const deleted = candidates.filter((row) => row.container === container && row.firstSeq <= toSeq);
      await inPgTransaction(this.#pool, async (client) => {
        await mark(client, [{ orgId, containerId }], reason);
        await client.query("DELETE FROM log_pack WHERE org_id = $1 AND container_id = $2 AND first_seq <= $3", [
          orgId,
          containerId,
          toSeq,
        ]);
      });
      progress.rows += deleted.length;
      progress.bytes += deleted.reduce((sum, row) => sum + row.storedBytes, 0);
    }
  }
}

const mark = async (
  client: pg.PoolClient,
  containers: readonly { readonly orgId: string; readonly containerId: string }[],
  reason: EvictionReason,
): Promise<void> => {
  await client.query(
    `UPDATE log_cursor SET evicted_by = $1
     WHERE (org_id, container_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    [reason, containers.map(({ orgId }) => orgId), containers.map(({ containerId }) => containerId)],
  );
};

const total = (usage: readonly Usage[]): number => usage.reduce((sum, { bytes }) => sum + bytes, 0);

const boundsOf = (limits: RetentionLimits, [first]: readonly Usage[]) =>
  (first === undefined ? undefined : limits.orgs.get(first.orgId)) ?? limits.defaults;

const grouped = <Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string): Map<string, Entry[]> =>
  Map.groupBy(entries, keyOf);
