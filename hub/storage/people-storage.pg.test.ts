import { createDatabase } from "@yardarm/testkit/postgres-database";
import { inject } from "vitest";
import "@yardarm/testkit/provided";
import { peopleStorageContract } from "./people-storage.contract.ts";
import { openPostgresStorage } from "./postgres/open-postgres.ts";

peopleStorageContract("PostgreSQL", async () => {
  const database = await createDatabase(inject("postgres"));
  const storage = await openPostgresStorage({ url: database.url });
  return {
    storage,
    close: async () => {
      await storage.close();
      await database.drop();
    },
  };
});
