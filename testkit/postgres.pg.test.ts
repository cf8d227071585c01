import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { startPostgres } from "./postgres.ts";
import { createDatabase } from "./postgres-database.ts";
import { processTreeNaming } from "./process-tree.ts";

async function query(programs: string, url: string, sql: string): Promise<string> {
  const { stdout } = await promisify(execFile)(`${programs}/psql`, ["--no-psqlrc", "-At", "-c", sql, url]);
  return stdout.trim();
}

test("every database is empty and its own", async () => {
  const address = inject("postgres");
  await using one = await createDatabase(address);
  await using two = await createDatabase(address);
  await query(address.programs, one.url, "create table t (a int)");
  expect(await query(address.programs, two.url, "select count(*) from pg_tables where tablename = 't'")).toBe("0");
  expect(await query(address.programs, one.url, "select count(*) from pg_tables where tablename = 't'")).toBe("1");
});

test("a stopped cluster leaves no process behind, even with an open connection", async () => {
  const cluster = await startPostgres();
  const database = await createDatabase(cluster.address);
  const open = query(cluster.address.programs, database.url, "select pg_sleep(1000)").catch((error: unknown) => error);
  expect((await processTreeNaming(`${cluster.directory}/`)).length).toBeGreaterThanOrEqual(2);
  await cluster.stop();
  expect(await open).toBeInstanceOf(Error);
  expect(await processTreeNaming(cluster.directory)).toEqual([]);
});
