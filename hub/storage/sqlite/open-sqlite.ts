import { chmodSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { ProtocolError } from "@yardarm/protocol/errors";
import { CamelCasePlugin, Kysely } from "kysely";
import type { EngineTraits } from "../engine-traits.ts";
import { migrate } from "../migrate.ts";
import { allMigrations } from "../migrations/all.ts";
import type { Schema } from "../schema.ts";
import { Storage } from "../storage.ts";
import { backUpSqlite, SqliteDatabase } from "./node-sqlite.ts";
import { nodeSqliteDialect, translateSqliteError } from "./node-sqlite-dialect.ts";

const traits: EngineTraits = {
  locksRows: false,
  forbidChanges: (table) =>
    ["update", "delete"].map(
      (change) =>
        `create trigger ${table}_no_${change} before ${change} on ${table} ` +
        `begin select raise(abort, '${table} rows are never changed'); end`,
    ),
  forTenant: (db) => db,
};

export interface SqliteStorageOptions {
  /** The hub's data directory, already locked for this process. */
  readonly dataDirectory: string;
  /** Told of the file into which the database was copied before its schema changed. */
  readonly onBackup?: (file: string) => void;
  /** Those of this version, unless a test plays a later one. */
  readonly migrations?: typeof allMigrations;
  /** False opens only what is there, and only in this version's form: for commands beside a running hub. */
  readonly mayMigrate?: boolean;
}

/**
 * Opens `<data>/yardarm.db`, creating or migrating it. Every commit reaches the disk before it is answered
 * (`synchronous=FULL`): audit rows must survive a power cut, and nothing here is written often.
 *
 * @throws ProtocolError `storage_unavailable` with a sentence
 */
export const openSqliteStorage = async (options: SqliteStorageOptions): Promise<Storage> => {
  const file = path.join(options.dataDirectory, "yardarm.db");
  const { mayMigrate = true } = options;
  if (!mayMigrate && !existsSync(file)) {
    throw new ProtocolError("storage_unavailable", `There is no database at ${file}: is YARDARM_DATA right?`);
  }
  const database = openDatabase(file);
  const db = new Kysely<Schema>({ dialect: nodeSqliteDialect(database), plugins: [new CamelCasePlugin()] });
  try {
    await migrate({
      ...{ db, mayMigrate },
      migrations: (options.migrations ?? allMigrations)(traits),
      backUp: async (before) => {
        const directory = path.join(options.dataDirectory, "backups");
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const copy = path.join(directory, `yardarm-before-${before}.db`);
        await backUpSqlite(database, copy);
        chmodSync(copy, 0o600);
        options.onBackup?.(copy);
      },
    });
  } catch (error) {
    await db.destroy();
    if (database.isOpen) database.close();
    throw error;
  }
  return new Storage(db, traits);
};

const openDatabase = (file: string): SqliteDatabase => {
  let database: SqliteDatabase | undefined;
  try {
    database = new SqliteDatabase(file, { timeout: 5_000 });
    chmodSync(file, 0o600);
    database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw translateSqliteError(error);
  }
};
