import type { OrgId, ProjectId } from "@yardarm/protocol/ids";
import { createDatabase, type TestDatabase } from "@yardarm/testkit/postgres-database";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import "@yardarm/testkit/provided";
import { newId } from "../../auth/crypto/new-id.ts";
import type { Storage } from "../storage.ts";
import { openPostgresStorage } from "./open-postgres.ts";
import { HUB_ROLE } from "./raise-walls.ts";

/** The second wall: what the server itself keeps apart, were a query ever to forget its tenant. */
describe("[SEC-T08] [IDTY-03] row-level security", () => {
  let database: TestDatabase;
  let storage: Storage;
  const orgs = [newId<OrgId>("org"), newId<OrgId>("org")] as const;

  /** Runs statements as the hub's role, or as the superuser. */
  const query = async <Row extends pg.QueryResultRow>(sql: string, role: "hub" | "superuser"): Promise<Row[]> => {
    const client = new pg.Client({
      connectionString: database.url,
      ...(role === "hub" ? { options: `-c role=${HUB_ROLE}` } : {}),
    });
    await client.connect();
    try {
      const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(sql);
      return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows;
    } finally {
      await client.end();
    }
  };
  const tables = async (): Promise<{ name: string; closed: boolean }[]> =>
    query(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as closed from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
       where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname not like 'log\\_pack%'
       order by 1`,
      "superuser",
    );

  beforeAll(async () => {
    database = await createDatabase(inject("postgres"));
    storage = await openPostgresStorage({ url: database.url });
    for (const orgId of orgs) {
      await storage.system.orgs.create({ orgId, name: "Org", createdAtMs: 1 });
      const project = { projectId: newId<ProjectId>("prj"), name: "Default", createdAtMs: 1 };
      await storage.org(orgId).projects.create(project);
    }
  });
  afterAll(async () => {
    await storage?.close();
    await database?.drop();
  });

  test("closes every table that has an org, the owner included", async () => {
    const found = await tables();
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ closed }) => !closed)).toEqual([]);
  });

  test("binds a role that is no superuser, owns nothing, and may not log in", async () => {
    const [role] = await query(
      `select rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb,
         (select count(*)::int from pg_class where relowner = r.oid) as owns
       from pg_roles r where rolname = current_user`,
      "hub",
    );
    const no = { rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false, rolcreatedb: false };
    expect(role).toEqual({ ...no, owns: 0 });
  });

  test("shows nothing to a query without a tenant, in any table", async () => {
    for (const { name } of await tables()) {
      expect([name, await query(`select * from ${name}`, "hub")]).toEqual([name, []]);
    }
    expect(await query("select org_id from projects", "superuser")).toHaveLength(2);
  });

  test("shows one tenant its own rows, lets it write no others, and ends with the transaction", async () => {
    const [mine, theirs] = orgs;
    const as = (sql: string) => query(`begin; set local yardarm.tenant = '${mine}'; ${sql}`, "hub");
    expect(await as("select org_id from projects")).toEqual([{ org_id: mine }]);
    const stolen = `insert into projects values ('${theirs}', 'prj_stolen', 'x', 1)`;
    await expect(as(stolen)).rejects.toThrow(/row-level security/);
    await expect(as(`update projects set org_id = '${theirs}'`)).rejects.toThrow(/row-level security/);
    expect(await as(`delete from projects where org_id = '${theirs}' returning 1`)).toEqual([]);
    expect(await as("commit; select org_id from projects")).toEqual([]);
  });

  test("a transaction of the hub changes its tenant with each query, and no connection keeps one", async () => {
    const [first, second] = orgs;
    await storage.transaction(async (scope) => {
      expect(await scope.org(first).projects.list()).toHaveLength(1);
      expect(await scope.org(second).projects.list()).toHaveLength(1);
      expect(await scope.system.orgs.list()).toHaveLength(2);
      expect(await scope.org(first).profile.find()).toMatchObject({ orgId: first });
    });
    await expect(
      storage.transaction(async (scope) => {
        await scope.org(first).projects.list();
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    const settings = await query(
      "select current_setting('yardarm.tenant', true) as tenant, current_user as role",
      "hub",
    );
    expect(settings).toEqual([{ tenant: null, role: HUB_ROLE }]);
    // Far more than there are connections, so that every one of them is used again and again.
    const reads = Array.from({ length: 60 }, (_, index) => storage.org(orgs[index % 2] ?? first).projects.list());
    expect((await Promise.all(reads)).every((list) => list.length === 1)).toBe(true);
  });

  test("is raised again where somebody tore it down, at the next start", async () => {
    await query(
      "alter table hosts no force row level security; alter table hosts disable row level security",
      "superuser",
    );
    await (await openPostgresStorage({ url: database.url })).close();
    expect((await tables()).find(({ name }) => name === "hosts")).toEqual({ name: "hosts", closed: true });
  });

  test("[OPER-05] a user who may not create the role is told what an administrator has to run", async () => {
    await using other = await createDatabase(inject("postgres"));
    const user = `poor_${newId("usr").slice(4, 12)}`;
    const name = new URL(other.url).pathname.slice(1);
    await query(`create role ${user} login password 'x'; alter database ${name} owner to ${user}`, "superuser");
    const url = new URL(other.url);
    url.username = user;
    url.password = "x";
    await expect(openPostgresStorage({ url: url.href })).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("GRANT yardarm_hub TO"),
    });
    await query(`grant ${HUB_ROLE} to ${user}`, "superuser");
    const opened = await openPostgresStorage({ url: url.href });
    await opened.system.orgs.create({ orgId: orgs[0], name: "Org", createdAtMs: 1 });
    expect(await opened.system.orgs.list()).toHaveLength(1);
    await opened.close();
    await other.drop();
    await query(`drop role ${user}`, "superuser");
  });
});
