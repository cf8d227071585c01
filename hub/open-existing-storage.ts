import type { Config } from "./config.ts";
import { openPostgresStorage } from "./storage/postgres/open-postgres.ts";
import { openSqliteStorage } from "./storage/sqlite/open-sqlite.ts";
import type { Storage } from "./storage/storage.ts";

/**
 * The database of a hub that may be running beside, for the commands that work on it. Never migrated: that is the hub's.
 *
 * @throws ProtocolError `storage_unavailable`
 */
export const openExistingStorage = ({ databaseUrl, dataDirectory }: Config): Promise<Storage> =>
  databaseUrl === null
    ? openSqliteStorage({ dataDirectory, mayMigrate: false })
    : openPostgresStorage({ url: databaseUrl, mayMigrate: false });
