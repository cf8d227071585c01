import type { Config } from "../config.ts";
import type { Storage } from "../storage/storage.ts";

/**
 * The database of a hub that may be running beside, for the commands that work on it. Never migrated: that is the hub's.
 * Only the driver that is needed is loaded.
 *
 * @throws ProtocolError `storage_unavailable`
 */
export const openExistingStorage = async ({ databaseUrl, dataDirectory }: Config): Promise<Storage> => {
  if (databaseUrl === null) {
    const { openSqliteStorage } = await import("../storage/sqlite/open-sqlite.ts");
    return openSqliteStorage({ dataDirectory, mayMigrate: false });
  }
  const { openPostgresStorage } = await import("../storage/postgres/open-postgres.ts");
  return openPostgresStorage({ url: databaseUrl, mayMigrate: false });
};
