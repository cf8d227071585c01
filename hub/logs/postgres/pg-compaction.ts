import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type pg from "pg";
import { type PlanRow, planCompaction } from "../compaction-plan.ts";
import { CHUNK_RAW_BYTES } from "../log-chunk.ts";
import type { LogDamage } from "../log-store.ts";
import { PACK_BATCH } from "../pack-codec.ts";
import { isIntact, type StoredRow } from "../stored-row.ts";
import { contentOfPg, PACK_COLUMNS, type PackRow } from "./pg-chunks.ts";
import { inPgTransaction, queryRows } from "./pg-client.ts";
import { insertPacks } from "./pg-write-group.ts";

/** Containers that are looked at together, and the rows of one that make looking worth it. */
const CANDIDATES = 64;
const ROWS = 256;

interface Place {
  readonly day: string;
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
}

interface Group extends Place {
  readonly rows: readonly PlanRow[];
}

export interface PgCompactionOptions {
  readonly pool: pg.Pool;
  /** The present day (`yyyy-mm-dd`): earlier ones get no more lines. */
  readonly today: () => string;
  /** Merges in a thread: this one serves the relay. */
  readonly merge: (rows: readonly StoredRow[]) => Promise<readonly StoredRow[]>;
  readonly damaged: (damage: LogDamage) => void;
}

/** Compaction on PostgreSQL: the same plan and the same merge as on files, rows replaced in one transaction. */
export class PgCompaction {
  readonly #options: PgCompactionOptions;
  #planned: Group[] = [];
  /** Containers of a day in which something cannot be read or joined: left as they are. */
  readonly #left = new Set<string>();

  constructor(options: PgCompactionOptions) {
    this.#options = options;
  }

  /** Joins the next rows that are due; false when none are. */
  async next(everything: boolean): Promise<boolean> {
    if (this.#planned.length === 0) await this.#plan(everything);
    const group = this.#planned.shift();
    if (group === undefined) return false;
    const contents = await this.#read(group);
    if (contents !== null) {
      const merged = await this.#options.merge(contents);
      if (merged.length < contents.length || contents.some(({ codec }) => codec !== PACK_BATCH)) {
        await this.#swap(group, merged);
      } else {
        // Their stamps lie too far apart for one chunk.
        this.#left.add(keyOf(group));
      }
    }
    return true;
  }

  async #plan(everything: boolean): Promise<void> {
    const today = this.#options.today();
    const candidates = await queryRows<{
      readonly day: string;
      readonly org_id: OrgId;
      readonly container_id: ContainerId;
    }>(
      this.#options.pool,
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, org_id, container_id
       FROM log_pack WHERE codec <> $1 GROUP BY day, org_id, container_id
       HAVING $2 OR day < $3 OR count(*) >= $4 OR sum(raw_bytes) >= $5
       ORDER BY day LIMIT 1000`,
      [PACK_BATCH, everything, today, ROWS, CHUNK_RAW_BYTES],
    );
    const due = candidates
      .map(({ day, org_id, container_id }): Place => ({ day, orgId: org_id, containerId: container_id }))
      .filter((place) => !this.#left.has(keyOf(place)));
    for (const place of due.slice(0, CANDIDATES)) {
      const rows = await this.#rows(place);
      const groups = planCompaction(rows, everything || place.day < today);
      this.#planned.push(...groups.map((group) => ({ ...place, rows: group })));
    }
  }

  async #rows({ day, orgId, containerId }: Place): Promise<readonly PlanRow[]> {
    const rows = await queryRows<Pick<PackRow, "first_seq" | "end_seq" | "codec" | "raw_bytes">>(
      this.#options.pool,
      `SELECT first_seq, end_seq, codec, raw_bytes FROM log_pack
       WHERE day = $1 AND org_id = $2 AND container_id = $3 ORDER BY first_seq`,
      [day, orgId, containerId],
    );
    return rows.map(({ first_seq, end_seq, codec, raw_bytes }) => ({
      firstSeq: Number(first_seq),
      endSeq: Number(end_seq),
      codec,
      rawBytes: raw_bytes,
    }));
  }

  async #read(group: Group): Promise<readonly StoredRow[] | null> {
    const { day, orgId, containerId, rows } = group;
    const found = await queryRows<PackRow>(
      this.#options.pool,
      `SELECT ${PACK_COLUMNS} FROM log_pack
       WHERE day = $1 AND org_id = $2 AND container_id = $3 AND first_seq = ANY($4::bigint[]) ORDER BY first_seq`,
      [day, orgId, containerId, rows.map(({ firstSeq }) => firstSeq)],
    );
    const contents = found.map(contentOfPg);
    // Another node may have been faster.
    if (contents.length !== rows.length) return null;
    const damaged = contents.find((row) => !isIntact(row));
    if (damaged === undefined) return contents;
    this.#left.add(keyOf(group));
    const what = `Stored log lines ${damaged.firstSeq} to ${damaged.endSeq - 1} are damaged and cannot be read.`;
    this.#options.damaged({ orgId, containerId, what });
    return null;
  }

  async #swap({ day, orgId, containerId, rows }: Group, merged: readonly StoredRow[]): Promise<void> {
    await inPgTransaction(this.#options.pool, async (client) => {
      const { rows: deleted } = await client.query<{ readonly end_seq: string }>(
        `DELETE FROM log_pack
         WHERE day = $1 AND org_id = $2 AND container_id = $3 AND first_seq = ANY($4::bigint[]) RETURNING end_seq`,
        [day, orgId, containerId, rows.map(({ firstSeq }) => firstSeq)],
      );
      const ends = new Set(deleted.map(({ end_seq }) => Number(end_seq)));
      // Another node took them first: its transaction has committed, and what is left here is put back.
      if (deleted.length !== rows.length || rows.some(({ endSeq }) => !ends.has(endSeq))) {
        await client.query("ROLLBACK");
        await client.query("BEGIN");
        return;
      }
      await insertPacks(
        client,
        merged.map((row) => ({ ...row, orgId, containerId })),
        day,
      );
    });
  }
}

const keyOf = ({ day, orgId, containerId }: Place): string => `${day} ${orgId} ${containerId}`;
