import { ProtocolError } from "@yardarm/protocol/errors";
import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Db } from "./schema.ts";

const TABLE = "schema_migrations";

export interface MigrateOptions {
  readonly db: Db;
  /** By lasting name, in the order of the names. */
  readonly migrations: Readonly<Record<string, Migration>>;
  /** Called before a schema that holds data is changed; MUST have saved it when it resolves. */
  readonly backUp: (before: string) => Promise<void>;
  /** False refuses a database of an earlier version: it may be that version's hub that is running on it. */
  readonly mayMigrate: boolean;
}

const appliedNames = async (db: Db): Promise<readonly string[]> => {
  const tables = await db.introspection.getTables();
  if (!tables.some((table) => table.name === TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(TABLE)} order by name`.execute(db);
  return rows.map((row) => row.name);
};

/**
 * Brings the schema to this version in one transaction, under the engine's lock.
 *
 * @throws ProtocolError `storage_unavailable` when a newer version of the hub has already been here, or an earlier one and
 *   the schema may not be changed
 */
export const migrate = async ({ db, migrations, backUp, mayMigrate }: MigrateOptions): Promise<void> => {
  const applied = await appliedNames(db);
  const newer = applied.filter((name) => !(name in migrations));
  if (newer.length > 0) {
    throw new ProtocolError(
      "storage_unavailable",
      `The database was written by a newer version of the hub (it knows ${newer.join(", ")}). ` +
        "Run that version again, or restore the backup that it made before it changed the database.",
    );
  }
  const pending = Object.keys(migrations).filter((name) => !applied.includes(name));
  const [next] = pending;
  if (next === undefined) return;
  if (!mayMigrate) {
    throw new ProtocolError(
      "storage_unavailable",
      "The database is not of this version yet: start the hub of this version once, and try again.",
    );
  }
  if (applied.length > 0) await backUp(next);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new ProtocolError("storage_unavailable", "The database could not be brought to this version.", {
      cause: error,
    });
  }
};
