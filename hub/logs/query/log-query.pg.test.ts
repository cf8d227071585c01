import { createDatabase } from "@yardarm/testkit/postgres-database";
import { inject } from "vitest";
import "@yardarm/testkit/provided";
import { openPgLogStore } from "../postgres/pg-log-store.ts";
import { logQueryContract } from "./log-query.contract.ts";

/** Commits need not wait for company in a test. */
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

logQueryContract("PostgreSQL", async () => {
  const database = await createDatabase(inject("postgres"));
  const store = await openPgLogStore({ url: database.url, nowMs: Date.now, after });
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await database.drop();
    },
  });
});
