import * as sqlite from "node:sqlite";

/** The only import of Node's SQLite. `DatabaseSync` is about to be renamed `Database`: whichever this Node has. */
export const SqliteDatabase: typeof sqlite.DatabaseSync =
  "Database" in sqlite ? (sqlite.Database as typeof sqlite.DatabaseSync) : sqlite.DatabaseSync;
export type SqliteDatabase = sqlite.DatabaseSync;
export type SqliteStatement = sqlite.StatementSync;
export type SqliteValue = sqlite.SQLInputValue;

/** Copies a live database into a file of its own. */
export const backUpSqlite = sqlite.backup;

/** SQLite's primary result code of an error that `node:sqlite` threw, e.g. 5 = busy; `null` for other errors. */
export const sqliteCode = (error: unknown): number | null =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : null;
