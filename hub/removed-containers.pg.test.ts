import { createDatabase, type TestDatabase } from "@yardarm/testkit/postgres-database";
import "@yardarm/testkit/provided";
import { afterAll, inject } from "vitest";
import { openPgLogStore } from "./logs/postgres/pg-log-store.ts";
import { removedContainersContract } from "./removed-containers.contract.ts";
import { openPostgresStorage } from "./storage/postgres/open-postgres.ts";

/** Commits need not wait for company in a test. */
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

let database: TestDatabase | undefined;
afterAll(() => database?.drop());

removedContainersContract("PostgreSQL", async () => {
  database = await createDatabase(inject("postgres"));
  const { url } = database;
  return {
    openStorage: () => openPostgresStorage({ url }),
    env: { YARDARM_DATABASE_URL: url },
    openLogs: (_, nowMs) => openPgLogStore({ url, nowMs, after }),
  };
});
