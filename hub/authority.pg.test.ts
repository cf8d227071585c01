import { createDatabase, type TestDatabase } from "@yardarm/testkit/postgres-database";
import "@yardarm/testkit/provided";
import { afterAll, inject } from "vitest";
import { authorityContract } from "./authority.contract.ts";
import { openPostgresStorage } from "./storage/postgres/open-postgres.ts";

let database: TestDatabase | undefined;
afterAll(() => database?.drop());

authorityContract("PostgreSQL", async () => {
  database = await createDatabase(inject("postgres"));
  const { url } = database;
  return { openStorage: () => openPostgresStorage({ url }), env: { YARDARM_DATABASE_URL: url } };
});
