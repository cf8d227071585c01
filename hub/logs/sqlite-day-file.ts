import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import * as sqlite from "node:sqlite";
import { ID_PATTERN } from "@yardarm/protocol/ids";

/** `DatabaseSync` is about to be renamed `Database`: whichever this Node has. */
const Database: typeof sqlite.DatabaseSync =
  "Database" in sqlite ? (sqlite.Database as typeof sqlite.DatabaseSync) : sqlite.DatabaseSync;
export type Database = sqlite.DatabaseSync;
export type Statement = sqlite.StatementSync;

/**
 * One file per org and UTC day of arrival: `<directory>/<orgId>/<yyyy-mm-dd>.db`. The day is the hub's, so that no agent's
 * clock can make files. A file is complete once its `user_version` is set, in the transaction that made its tables; one
 * without is what a crash left behind, and counts as absent.
 */
const COMPLETE = 1;
const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.db$/;

const SCHEMA = `
  CREATE TABLE container (
    ref INTEGER PRIMARY KEY,
    container_id TEXT NOT NULL UNIQUE,
    cursor TEXT NOT NULL,
    committed_at_ms INTEGER NOT NULL
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
    body BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX pack_by_seq ON pack (container, first_seq);
`;

export const dayOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 10);

/** @throws RangeError for an org id that could name another folder */
export const orgDirectory = (directory: string, orgId: string): string => {
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

const isComplete = (database: Database): boolean =>
  database.prepare("PRAGMA user_version").get()?.user_version === COMPLETE;

/** Opens a complete file for reading; `null` when there is none. */
export const openForReading = (file: string): Database | null => {
  let database: Database;
  try {
    database = new Database(file, { readOnly: true, timeout: BUSY_MS });
  } catch {
    return null;
  }
  if (isComplete(database)) return database;
  database.close();
  return null;
};

/** How long a writer and the readers of a file wait for each other. */
const BUSY_MS = 5_000;

/**
 * Opens a file for writing, with its tables; a new one takes over the cursors of `previous`.
 *
 * Durability. A commit has left this process when it returns, so the process may die at any moment. It is not on the
 * disk itself (`synchronous=NORMAL`): after a power cut the newest transactions of a file may be gone, batches and cursors
 * alike, and the agents read those lines once more from the engine's own log. That holds only within one file; therefore
 * `previous` is brought to the disk before cursors that rely on it are written elsewhere.
 */
export const openForWriting = (file: string, previous: string | null): Database => {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const database = new Database(file, { timeout: BUSY_MS });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;");
  if (isComplete(database)) return database;
  if (previous !== null) {
    syncToDisk(previous);
    database.prepare("ATTACH DATABASE ? AS previous").run(previous);
  }
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(SCHEMA);
    if (previous !== null) database.exec("INSERT INTO main.container SELECT * FROM previous.container");
    database.exec(`PRAGMA user_version = ${COMPLETE}; COMMIT`);
  } catch (error) {
    database.exec("ROLLBACK");
    database.close();
    throw error;
  }
  if (previous !== null) database.exec("DETACH DATABASE previous");
  return database;
};

const syncToDisk = (file: string): void => {
  const database = new Database(file, { timeout: BUSY_MS });
  try {
    // Even where a reader keeps the checkpoint from finishing, its first step syncs the whole log.
    database.exec("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE);");
  } finally {
    database.close();
  }
};
