import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import * as sqlite from "node:sqlite";
import { crc32 } from "node:zlib";
import { ID_PATTERN } from "@yardarm/protocol/ids";

/** `DatabaseSync` is about to be renamed `Database`: whichever this Node has. */
const Database: typeof sqlite.DatabaseSync =
  "Database" in sqlite ? (sqlite.Database as typeof sqlite.DatabaseSync) : sqlite.DatabaseSync;
export type Database = sqlite.DatabaseSync;
export type Statement = sqlite.StatementSync;

/**
 * One file per org and UTC day of arrival: `<directory>/<orgId>/<yyyy-mm-dd>.db`. The day is the hub's, so that no agent's
 * clock can make files. A file is complete once its `user_version` is set, in the transaction that made its tables; one
 * without is what a crash left behind, and counts as absent. A day whose file turns out to be damaged goes on in a file of its
 * own, `<yyyy-mm-dd>.1.db`; the names sort by age.
 */
const COMPLETE = 3;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
const DAY_FILE = /^(\d{4}-\d{2}-\d{2}(?:\.\d)?)\.db$/;

/**
 * The index holds all that is known of a row: whoever looks for rows never touches their bytes, and a damaged row is still known
 * to have been there. Freed pages go back to the file system step by step (`auto_vacuum`), because evicting must shrink files.
 */
const SCHEMA = `
  CREATE TABLE container (
    ref INTEGER PRIMARY KEY,
    container_id TEXT NOT NULL UNIQUE,
    cursor TEXT NOT NULL,
    cursor_checksum INTEGER,
    committed_at_ms INTEGER NOT NULL,
    evicted_by TEXT
  ) STRICT;
  CREATE TABLE pack (
    ref INTEGER PRIMARY KEY,
    container INTEGER NOT NULL REFERENCES container (ref),
    first_seq INTEGER NOT NULL,
    end_seq INTEGER NOT NULL,
    min_ts_ns INTEGER NOT NULL,
    max_ts_ns INTEGER NOT NULL,
    level_mask INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX pack_by_seq ON pack (
    container, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, stored_bytes
  );
`;

export const dayOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 10);

/** @throws RangeError for an org id that could name another folder */
const orgDirectory = (directory: string, orgId: string): string => {
  if (!ID_PATTERN.test(orgId)) throw new RangeError("Not an org id.");
  return path.join(directory, orgId);
};

/** The days of an org's files, oldest first; also of files that are not complete. */
export const listDays = (directory: string, orgId: string): readonly string[] => {
  let names: readonly string[];
  try {
    names = readdirSync(orgDirectory(directory, orgId));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return names.flatMap((name) => DAY_FILE.exec(name)?.[1] ?? []).sort();
};

export const dayFile = (directory: string, orgId: string, day: string): string =>
  path.join(orgDirectory(directory, orgId), `${day}.db`);

/**
 * How far a stored cursor is to be trusted: `salvaged` was taken over from an older file because the newest could not be read, and
 * may lie behind what is stored; `damaged` is not what was written.
 */
export type CursorState = "intact" | "salvaged" | "damaged";

export const cursorState = (row: { readonly cursor?: unknown; readonly cursor_checksum?: unknown }): CursorState => {
  if (row.cursor_checksum === null) return "salvaged";
  return row.cursor_checksum === cursorChecksum(String(row.cursor)) ? "intact" : "damaged";
};

export const cursorChecksum = (cursor: string): number => crc32(cursor);

/** What earlier development versions marked their files with. */
const OLDER = [1, 2];

/** A file that a version of this program made which was never released: nothing of it is read, and nothing of it is touched. */
class OlderLogFileError extends Error {
  constructor(file: string) {
    super(
      `The log file ${file} was made by an earlier development version of Yardarm and cannot be read. ` +
        "Move the logs folder of the data directory away, or remove it, and start again; new log files are made.",
    );
    this.name = "OlderLogFileError";
  }
}

/** @throws OlderLogFileError; an error that `isDamage` knows, for a mark that no version of this program sets */
const isComplete = (database: Database): boolean => {
  const mark = database.prepare("PRAGMA user_version").get()?.user_version;
  if (OLDER.includes(Number(mark))) throw new OlderLogFileError(database.location() ?? "");
  if (mark !== 0 && mark !== COMPLETE) throw Object.assign(new Error("Not a log file."), { errcode: NOT_A_DATABASE });
  return mark === COMPLETE;
};

/** Opens a complete file for reading; `null` when there is none. */
export const openForReading = (file: string): Database | null => {
  let database: Database | undefined;
  try {
    database = new Database(file, { readOnly: true, timeout: BUSY_MS });
    if (isComplete(database)) return database;
  } catch (error) {
    if (isDamage(error) || error instanceof OlderLogFileError) {
      database?.close();
      throw error;
    }
  }
  database?.close();
  return null;
};

/** `SQLITE_CORRUPT` and `SQLITE_NOTADB`, with their extended codes. */
export const isDamage = (error: unknown): boolean => {
  const code = sqliteCode(error) & 0xff;
  return code === CORRUPT || code === NOT_A_DATABASE;
};

/** `SQLITE_FULL`. */
export const isFull = (error: unknown): boolean => sqliteCode(error) === FULL;

const sqliteCode = (error: unknown): number =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : 0;

/** Bytes of a day's file on the disk, with what SQLite keeps beside it. */
export const bytesOnDisk = (file: string): number =>
  [file, `${file}-wal`, `${file}-shm`].reduce(
    (sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

/** Removes a day's file and what SQLite keeps beside it. */
export const removeDayFile = (file: string): void => {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) rmSync(name, { force: true });
};

/** The orgs that have a folder. */
export const listOrgs = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).filter((name) => ID_PATTERN.test(name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
};

/** How long a writer and the readers of a file wait for each other. */
const BUSY_MS = 5_000;

/**
 * Opens a file for writing, with its tables; a new one takes over the cursors of `previous`, the files before it, newest first.
 *
 * Durability. A commit has left this process when it returns, so the process may die at any moment. It is not on the
 * disk itself (`synchronous=NORMAL`): after a power cut the newest transactions of a file may be gone, batches and cursors
 * alike, and the agents read those lines once more from the engine's own log. That holds only within one file; therefore
 * `previous` is brought to the disk before cursors that rely on it are written elsewhere.
 */
export const openForWriting = (file: string, previous: readonly string[]): Database => {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const database = new Database(file, { timeout: BUSY_MS });
  try {
    // `auto_vacuum` first: it is decided by the first page that is written.
    database.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec("PRAGMA journal_size_limit = 8388608;");
    if (!isComplete(database)) makeTables(database, previous);
    return database;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    database.close();
    throw error;
  }
};

const makeTables = (database: Database, previous: readonly string[]): void => {
  const cursors = previous.length === 0 ? [] : readCursors(previous);
  database.exec("BEGIN IMMEDIATE");
  // Another opening may have been faster.
  if (isComplete(database)) {
    database.exec("ROLLBACK");
    return;
  }
  database.exec(SCHEMA);
  const insert = database.prepare(
    "INSERT INTO container (container_id, cursor, cursor_checksum, committed_at_ms, evicted_by) VALUES (?, ?, ?, ?, ?)",
  );
  for (const { container_id, cursor, cursor_checksum, committed_at_ms, evicted_by } of cursors) {
    insert.run(
      ...[container_id ?? null, cursor ?? null, cursor_checksum ?? null, committed_at_ms ?? null, evicted_by ?? null],
    );
  }
  database.exec(`PRAGMA user_version = ${COMPLETE}; COMMIT`);
};

/** The cursors of the first of these files that can be read; salvaged where that is not the first. */
const readCursors = (files: readonly string[]): readonly Record<string, SqlValue>[] => {
  for (const [index, file] of files.entries()) {
    try {
      syncToDisk(file);
      const database = new Database(file, { readOnly: true, timeout: BUSY_MS });
      try {
        const sql = "SELECT container_id, cursor, cursor_checksum, committed_at_ms, evicted_by FROM container";
        const rows = database.prepare(sql).all();
        // A damaged one stays damaged: it is made again by whoever reads it.
        return index === 0
          ? rows
          : rows.map((row) => (cursorState(row) === "damaged" ? row : { ...row, cursor_checksum: null }));
      } finally {
        database.close();
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return [];
};

type SqlValue = sqlite.SQLOutputValue;

const syncToDisk = (file: string): void => {
  const database = new Database(file, { timeout: BUSY_MS });
  try {
    // Even where a reader keeps the checkpoint from finishing, its first step syncs the whole log.
    database.exec("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE);");
  } finally {
    database.close();
  }
};

/** Brings the write-ahead log into the file and empties it, unless somebody reads right now: readers are never waited for. */
export const writeBack = (database: Database): void => {
  database.exec(`PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = ${BUSY_MS};`);
};

/** Runs `task` in a transaction; an error of any kind undoes it. */
export const inTransaction = <Result>(database: Database, task: () => Result): Result => {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = task();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
};
