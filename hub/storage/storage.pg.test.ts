import { createDatabase } from "@yardarm/testkit/postgres-database";
import pg from "pg";
import { expect, inject, test } from "vitest";
import "@yardarm/testkit/provided";
import { newId } from "../auth/crypto/new-id.ts";
import { openPostgresStorage } from "./postgres/open-postgres.ts";
import { storageContract } from "./storage.contract.ts";

const executeOn = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

storageContract("PostgreSQL", async () => {
  const database = await createDatabase(inject("postgres"));
  const storage = await openPostgresStorage({ url: database.url });
  return {
    storage,
    execute: (sql) => executeOn(database.url, sql),
    close: async () => {
      await storage.close();
      await database.drop();
    },
  };
});

test("two hubs that start at once on an empty database migrate it once", async () => {
  await using database = await createDatabase(inject("postgres"));
  const storages = await Promise.all([1, 2, 3].map(() => openPostgresStorage({ url: database.url })));
  await storages[0]?.system.orgs.create({ orgId: newId("org"), name: "Org", createdAtMs: 1 });
  expect(await storages[2]?.system.orgs.list()).toHaveLength(1);
  await Promise.all(storages.map((storage) => storage.close()));
});

test("[OPER-05] a database of a newer version is refused with a sentence", async () => {
  await using database = await createDatabase(inject("postgres"));
  await (await openPostgresStorage({ url: database.url })).close();
  await executeOn(database.url, "insert into schema_migrations values ('9999-later', '2030-01-01')");
  await expect(openPostgresStorage({ url: database.url })).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringMatching(/newer version/),
  });
});

test("[AUDT-05] the hub's role may add audit rows and do nothing else with them, also without the triggers", async () => {
  await using database = await createDatabase(inject("postgres"));
  for (let start = 0; start < 2; start += 1) await (await openPostgresStorage({ url: database.url })).close();
  await executeOn(database.url, "drop trigger audit_no_change on audit; drop trigger audit_no_truncate on audit");
  for (const change of ["update audit set body = ''", "delete from audit", "truncate audit"]) {
    await expect(executeOn(database.url, `set role yardarm_hub; ${change}`), change).rejects.toThrow(
      /permission denied/,
    );
  }
});

test("audit rows cannot be truncated away", async () => {
  await using database = await createDatabase(inject("postgres"));
  await (await openPostgresStorage({ url: database.url })).close();
  await expect(executeOn(database.url, "truncate audit")).rejects.toThrow(/never changed/);
});

test("a server that is not there, or goes away, is `storage_unavailable`, and the pool recovers", async () => {
  await expect(openPostgresStorage({ url: "postgres://u:secret@127.0.0.1:1/x" })).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.not.stringContaining("secret"),
  });
  await using database = await createDatabase(inject("postgres"));
  const { promise: lost, resolve } = Promise.withResolvers<Error>();
  const storage = await openPostgresStorage({ url: database.url, onConnectionLost: resolve });
  await storage.ping();
  const others =
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
  await executeOn(database.url, others);
  expect(await lost).toBeInstanceOf(Error);
  await storage.ping();
  const interrupted = storage.transaction(async (scope) => {
    await scope.system.orgs.list();
    await executeOn(database.url, others);
    await scope.system.orgs.list();
  });
  await expect(interrupted).rejects.toMatchObject({ code: "storage_unavailable" });
  await storage.ping();
  await storage.close();
});
