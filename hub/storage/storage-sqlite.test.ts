import { existsSync } from "node:fs";
import { readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import type { EngineTraits } from "./engine-traits.ts";
import { allMigrations } from "./migrations/all.ts";
import { SqliteDatabase } from "./sqlite/node-sqlite.ts";
import { openSqliteStorage } from "./sqlite/open-sqlite.ts";
import { storageContract } from "./storage.contract.ts";

storageContract("SQLite", async () => {
  const directory = await makeTempDir("storage");
  const storage = await openSqliteStorage({ dataDirectory: directory.path });
  return {
    storage,
    execute: async (sql) => {
      using other = new SqliteDatabase(path.join(directory.path, "yardarm.db"));
      other.exec(sql);
    },
    close: async () => {
      await storage.close();
      await directory.remove();
    },
  };
});

const later: typeof allMigrations = (traits) => ({
  ...allMigrations(traits),
  "9999-later": { up: (db) => db.schema.createTable("later").addColumn("a", "integer").execute() },
});

test("the database is the owner's alone, and a second start finds it as it was", async () => {
  await using directory = await makeTempDir("storage");
  const org = { orgId: "org_aaaaaaaaaa" as never, name: "Org", createdAtMs: 1 };
  const first = await openSqliteStorage({ dataDirectory: directory.path });
  await first.system.orgs.create(org);
  await first.close();
  const second = await openSqliteStorage({ dataDirectory: directory.path });
  expect(await second.system.orgs.list()).toEqual([{ ...org, approvesHostsAtMs: null }]);
  await second.close();
  expect((await stat(path.join(directory.path, "yardarm.db"))).mode & 0o777).toBe(0o600);
});

test("[OPER-05] a schema that holds data is saved before it changes, a fresh one need not be", async () => {
  await using directory = await makeTempDir("storage");
  const backups: string[] = [];
  const options = { dataDirectory: directory.path, onBackup: (file: string) => backups.push(file) };
  await (await openSqliteStorage(options)).close();
  expect(backups).toEqual([]);
  await (await openSqliteStorage({ ...options, migrations: later })).close();
  expect(backups).toEqual([path.join(directory.path, "backups", "yardarm-before-9999-later.db")]);
  using saved = new SqliteDatabase(backups[0] ?? "", { readOnly: true });
  expect(saved.prepare("select name from schema_migrations").all()).toEqual(
    Object.keys(allMigrations({} as EngineTraits)).map((name) => ({ name })),
  );
});

test("[OPER-05] a database of a newer version is refused with a sentence and stays as it was", async () => {
  await using directory = await makeTempDir("storage");
  await (await openSqliteStorage({ dataDirectory: directory.path, migrations: later })).close();
  await expect(openSqliteStorage({ dataDirectory: directory.path })).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringMatching(/newer version of the hub \(it knows 9999-later\)/),
  });
  await (await openSqliteStorage({ dataDirectory: directory.path, migrations: later })).close();
});

test("a migration that fails half-way leaves nothing behind", async () => {
  await using directory = await makeTempDir("storage");
  const broken: typeof allMigrations = (traits) => ({
    ...allMigrations(traits),
    "9999-later": {
      up: async (db) => {
        await db.schema.createTable("half").addColumn("a", "integer").execute();
        throw new Error("no further");
      },
    },
  });
  await expect(openSqliteStorage({ dataDirectory: directory.path, migrations: broken })).rejects.toMatchObject({
    code: "storage_unavailable",
  });
  using file = new SqliteDatabase(path.join(directory.path, "yardarm.db"));
  expect(file.prepare("select name from sqlite_master where name in ('half', 'users')").all()).toEqual([]);
});

test("a file that is no database is refused with a sentence", async () => {
  await using directory = await makeTempDir("storage");
  await writeFile(path.join(directory.path, "yardarm.db"), "not a database at all, but long enough to be read as one");
  await expect(openSqliteStorage({ dataDirectory: directory.path })).rejects.toMatchObject({
    code: "storage_unavailable",
    message: "The database file is not a database.",
  });
});

test("a container that did not change is not written again", async () => {
  await using directory = await makeTempDir("storage");
  const storage = await openSqliteStorage({ dataDirectory: directory.path });
  using observer = new SqliteDatabase(path.join(directory.path, "yardarm.db"));
  const version = () => observer.prepare("pragma data_version").get()?.data_version;
  const org = storage.org("org_aaaaaaaaaa" as never);
  await storage.system.orgs.create({ orgId: org.orgId, name: "Org", createdAtMs: 1 });
  await org.projects.create({ projectId: "prj_aaaaaaaaaa" as never, name: "P", createdAtMs: 1 });
  const host = { hostId: "hst_aaaaaaaaaa" as never, projectId: "prj_aaaaaaaaaa" as never, name: "h", createdAtMs: 1 };
  await org.hosts.create(host);
  const container = { containerId: "ctr_aaaaaaaaaa", hostId: host.hostId, name: "a" } as never;
  const changed = { containerId: "ctr_aaaaaaaaaa", hostId: host.hostId, name: "b" } as never;
  await org.containers.upsert([container]);
  const before = version();
  await org.containers.upsert([container]);
  expect(version()).toBe(before);
  await org.containers.upsert([changed]);
  expect(version()).not.toBe(before);
  await storage.close();
  expect(existsSync(path.join(directory.path, "yardarm.db-wal"))).toBe(true);
  expect(await readdir(directory.path)).toContain("yardarm.db");
});
