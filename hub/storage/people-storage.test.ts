import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { peopleStorageContract } from "./people-storage.contract.ts";
import { openSqliteStorage } from "./sqlite/open-sqlite.ts";

peopleStorageContract("SQLite", async () => {
  const directory = await makeTempDir("storage");
  const storage = await openSqliteStorage({ dataDirectory: directory.path });
  return {
    storage,
    close: async () => {
      await storage.close();
      await directory.remove();
    },
  };
});
