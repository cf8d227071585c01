import type { TestProject } from "vitest/node";
import { type PostgresCluster, startPostgres } from "./postgres.ts";
import "./provided.ts";

/** Set-up of the vitest project `pg`: one cluster for the whole run; every test file makes its own database in it. */
let cluster: PostgresCluster | undefined;

export async function setup(project: TestProject): Promise<void> {
  cluster = await startPostgres();
  project.provide("postgres", cluster.address);
}

export async function teardown(): Promise<void> {
  await cluster?.stop();
}
