import { openHubCore } from "@yardarm/testkit/hub-core";
import { createDatabase } from "@yardarm/testkit/postgres-database";
import { inject } from "vitest";
import "@yardarm/testkit/provided";
import { openPostgresStorage } from "../../storage/postgres/open-postgres.ts";
import { peopleContract } from "./people.contract.ts";

peopleContract("PostgreSQL", async () => {
  const database = await createDatabase(inject("postgres"));
  const hub = await openHubCore(await openPostgresStorage({ url: database.url }));
  return {
    ...hub,
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await database.drop();
    },
  };
});
