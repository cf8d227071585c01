import type { StoredRow } from "../stored-row.ts";
import { type Database, dayFile, isDamage, listDays, openForReading, type Statement } from "./sqlite-day-file.ts";
import type { Damage } from "./sqlite-messages.ts";

/** Files that stay open; the one that was read longest ago is closed first. */
const OPEN_FILES = 64;

/** A day's file as readers hold it. */
export interface OpenFile {
  readonly day: string;
  readonly path: string;
  readonly database: Database;
  readonly findContainer: Statement;
  /** Which of the containers in a JSON array have lines in the file. */
  readonly holding: Statement;
  readonly oldest: Statement;
  /** Rows that overlap a range, ascending and descending; out of the index alone. */
  readonly ascending: Statement;
  readonly descending: Statement;
  readonly row: Statement;
}

/** The log files that a thread reads, opened once. Files that cannot be opened are reported and left out. */
export class OpenLogFiles {
  readonly #directory: string;
  readonly #damaged: (damage: Damage) => void;
  readonly #files = new Map<string, OpenFile>();

  constructor(directory: string, damaged: (damage: Damage) => void) {
    this.#directory = directory;
    this.#damaged = damaged;
  }

  *newestFirst(orgId: string): Generator<OpenFile> {
    for (const day of [...listDays(this.#directory, orgId)].reverse()) {
      const file = this.open(orgId, day);
      if (file !== null) yield file;
    }
  }

  /** `null` when there is no complete file of that day. */
  open(orgId: string, day: string): OpenFile | null {
    const path = dayFile(this.#directory, orgId, day);
    const open = this.#files.get(path);
    if (open !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, open);
      return open;
    }
    let fresh: OpenFile;
    try {
      const database = openForReading(path);
      if (database === null) return null;
      fresh = { day, path, database, ...statementsOf(database) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged({ orgId, containerId: null, file: path });
      return null;
    }
    this.#files.set(path, fresh);
    for (const [oldest, { database: unused }] of this.#files) {
      if (this.#files.size <= OPEN_FILES) break;
      // One that is being read right now stays.
      if (unused.isTransaction) continue;
      unused.close();
      this.#files.delete(oldest);
    }
    return fresh;
  }

  /** Closes what retention removed, so that the disk gets its bytes back. */
  forget(orgId: string, days: readonly string[]): void {
    for (const day of days) {
      const path = dayFile(this.#directory, orgId, day);
      this.#files.get(path)?.database.close();
      this.#files.delete(path);
    }
  }

  close(): void {
    for (const { database } of this.#files.values()) database.close();
    this.#files.clear();
  }
}

/** Parameters of `ascending` and `descending` behind the range: no bounds on stamps, any level. */
export const NO_FILTER = [-(2n ** 63n), 2n ** 63n - 1n, -1] as const;

const statementsOf = (database: Database) => {
  // The first row may begin before the range: it is the last one that begins at or before it.
  const overlapping = `
    SELECT ref, container, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, raw_bytes FROM pack
    WHERE container = ?1
      AND first_seq >= coalesce((SELECT max(first_seq) FROM pack WHERE container = ?1 AND first_seq <= ?2), ?2)
      AND end_seq > ?2 AND first_seq < ?3
      AND max_ts_ns >= ?4 AND min_ts_ns <= ?5 AND (level_mask & ?6) != 0`;
  const bigInts = (sql: string): Statement => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  };
  return {
    findContainer: database.prepare(
      "SELECT ref, cursor, cursor_checksum, evicted_by FROM container WHERE container_id = ?",
    ),
    holding: database.prepare(`
      SELECT container_id FROM container AS c
      WHERE container_id IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM pack WHERE pack.container = c.ref)`),
    oldest: bigInts("SELECT first_seq, min_ts_ns FROM pack WHERE container = ? ORDER BY first_seq LIMIT 1"),
    ascending: bigInts(`${overlapping} ORDER BY first_seq LIMIT ?7`),
    descending: bigInts(`${overlapping} ORDER BY first_seq DESC LIMIT ?7`),
    row: rowStatement(database),
  };
};

/** Reads a row by its ref, for `contentOf`. */
export const rowStatement = (database: Database): Statement =>
  // Stamps exceed what a number holds; as text they need no other kind of integer for the rest of the row.
  database.prepare(
    `SELECT container, first_seq, end_seq, CAST(min_ts_ns AS TEXT) AS min_ts_ns, CAST(max_ts_ns AS TEXT) AS max_ts_ns,
       level_mask, codec, raw_bytes, checksum, body
     FROM pack WHERE ref = ?`,
  );

export const contentOf = (row: Record<string, unknown>): StoredRow => ({
  firstSeq: Number(row.first_seq),
  endSeq: Number(row.end_seq),
  minTsNs: BigInt(String(row.min_ts_ns)),
  maxTsNs: BigInt(String(row.max_ts_ns)),
  levelMask: Number(row.level_mask),
  codec: Number(row.codec),
  rawBytes: Number(row.raw_bytes),
  checksum: Number(row.checksum),
  body: row.body as Uint8Array,
});
