/** The reference: one row per line, as simply as an engine lets it be done well. */
import { rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { type PgPool, queryRows } from "../../hub/logs/postgres/pg-client.ts";
import type { LogCommit } from "../../hub/relay/log/committed-log.ts";

/** What the bench does to either engine's table. */
export interface LineRows {
  insert(commits: readonly LogCommit[]): Promise<void>;
  /** Lines that came back. */
  last(containerId: string, lines: number): Promise<number>;
  count(needle: string): Promise<number>;
  deleteBefore(containerId: string, seq: number): Promise<void>;
  bytes(): Promise<number>;
  close(): Promise<void>;
}

interface Row {
  readonly containerId: string;
  readonly seq: number;
  readonly tsNs: bigint;
  readonly flags: number;
  readonly text: string;
}

function* rowsOf(commits: readonly LogCommit[]): Generator<Row, void, void> {
  for (const { containerId, batches } of commits) {
    for (const bytes of batches) {
      const batch = decodeBatch(bytes);
      for (let index = 0; index < batch.lineCount; index++) {
        const seq = batch.firstSeq + index;
        const flags = batch.flags[index] ?? 0;
        yield { containerId, seq, tsNs: batch.tsNs(index), flags, text: batch.lineText(index) };
      }
    }
  }
}

const TABLE = `CREATE TABLE line (
  container_id text NOT NULL, seq bigint NOT NULL, ts_ns bigint NOT NULL, flags integer NOT NULL, text text NOT NULL,
  PRIMARY KEY (container_id, seq)
)`;

export const openSqliteRows = (file: string): LineRows => {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  database.exec(`${TABLE} WITHOUT ROWID`);
  const insert = database.prepare("INSERT INTO line VALUES (?, ?, ?, ?, ?)");
  return {
    insert: async (commits) => {
      database.exec("BEGIN");
      for (const { containerId, seq, tsNs, flags, text } of rowsOf(commits)) {
        insert.run(containerId, seq, tsNs, flags, text);
      }
      database.exec("COMMIT");
    },
    last: async (containerId, lines) =>
      database
        .prepare("SELECT seq, flags, text FROM line WHERE container_id = ? ORDER BY seq DESC LIMIT ?")
        .all(containerId, lines).length,
    count: async (needle) =>
      Number(database.prepare("SELECT count(*) AS n FROM line WHERE instr(text, ?) > 0").get(needle)?.n),
    deleteBefore: async (containerId, seq) => {
      database.prepare("DELETE FROM line WHERE container_id = ? AND seq < ?").run(containerId, seq);
    },
    bytes: async () => {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return statSync(file).size;
    },
    close: async () => database.close(),
  };
};

export const openPgRows = async (pool: PgPool): Promise<LineRows> => {
  await queryRows(pool, "DROP TABLE IF EXISTS line", []);
  await queryRows(pool, TABLE, []);
  return {
    insert: async (commits) => {
      const rows = [...rowsOf(commits)];
      await queryRows(
        pool,
        "INSERT INTO line SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[], $5::text[])",
        [
          rows.map(({ containerId }) => containerId),
          rows.map(({ seq }) => seq),
          rows.map(({ tsNs }) => tsNs.toString()),
          rows.map(({ flags }) => flags),
          // PostgreSQL's text takes no zero bytes.
          rows.map(({ text }) => text.replaceAll("\0", "")),
        ],
      );
    },
    last: async (containerId, lines) =>
      (
        await queryRows(pool, "SELECT seq, flags, text FROM line WHERE container_id = $1 ORDER BY seq DESC LIMIT $2", [
          containerId,
          lines,
        ])
      ).length,
    count: async (needle) =>
      Number(
        (await queryRows<{ n: string }>(pool, "SELECT count(*) AS n FROM line WHERE strpos(text, $1) > 0", [needle]))[0]
          ?.n,
      ),
    deleteBefore: async (containerId, seq) => {
      await queryRows(pool, "DELETE FROM line WHERE container_id = $1 AND seq < $2", [containerId, seq]);
    },
    bytes: async () =>
      Number((await queryRows<{ n: string }>(pool, "SELECT pg_total_relation_size('line') AS n", []))[0]?.n),
    close: async () => {
      await queryRows(pool, "DROP TABLE line", []);
    },
  };
};
