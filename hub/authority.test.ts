import { authorityContract } from "./authority.contract.ts";
import { openSqliteStorage } from "./storage/sqlite/open-sqlite.ts";

authorityContract("SQLite", async () => ({
  openStorage: (dataDirectory) => openSqliteStorage({ dataDirectory }),
  env: {},
}));
