import { ProtocolError } from "@yardarm/protocol/errors";
import pg from "pg";
import { TENANT_SETTING } from "./tenant-driver.ts";

/**
 * The role as which the hub works: it owns nothing, may log in nowhere, and is bound by every policy. It belongs to the
 * whole server; what it may do is granted per database.
 */
export const HUB_ROLE = "yardarm_hub";
/** Chosen once, never changed: hubs that start at the same time take turns. */
const WALL_LOCK = 7_227_002;
/** The log store keeps its tables by itself, over a pool of its own. */
const LOG_TABLES = "log\\_%";

/** Already there: another database of the same server, or another hub, was faster. */
const EXISTS: readonly unknown[] = ["42710", "23505"];
const NOT_ALLOWED = "42501";

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/** Makes the role, and makes the URL's user a member of it, where that is needed and allowed. */
const ensureRole = async (client: pg.Client): Promise<void> => {
  try {
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [HUB_ROLE]);
    if (rowCount === 0) {
      await client.query(`create role ${HUB_ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole`);
    }
  } catch (error) {
    if (!EXISTS.includes(codeOf(error))) throw error;
  }
  const { rows } = await client.query<{ member: boolean }>("select pg_has_role(current_user, $1, 'member') as member", [
    HUB_ROLE,
  ]);
  if (rows[0]?.member !== true) await client.query(`grant ${HUB_ROLE} to current_user`);
};

/**
 * Every table of the hub: granted to the role, and where its rows belong to an org, closed to everybody but that org.
 * It looks at what is there rather than at a list, so that no table of a later version can be forgotten.
 */
const WALLS = `do $$
declare one record; has_org boolean; is_append_only boolean;
begin
  execute format('grant usage on schema %I to ${HUB_ROLE}', current_schema());
  for one in
    select c.oid, c.relname, c.relrowsecurity and c.relforcerowsecurity as closed from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and c.relname not like '${LOG_TABLES}' and c.relname not like 'schema\\_migrations%'
  loop
    -- What is only ever added to cannot be changed even where its triggers are gone.
    is_append_only := one.relname = 'audit';
    if not has_table_privilege('${HUB_ROLE}', one.oid, 'insert')
      or has_table_privilege('${HUB_ROLE}', one.oid, 'update') = is_append_only then
      execute format('revoke all on %I from ${HUB_ROLE}', one.relname);
      execute format('grant %s on %I to ${HUB_ROLE}',
        case when is_append_only then 'select, insert' else 'select, insert, update, delete' end, one.relname);
    end if;
    select exists (select from pg_attribute where attrelid = one.oid and attname = 'org_id' and not attisdropped) into has_org;
    if has_org and not one.closed then
      execute format('alter table %I enable row level security', one.relname);
      execute format('alter table %I force row level security', one.relname);
      execute format('drop policy if exists tenant on %I', one.relname);
      execute format('create policy tenant on %I using (org_id = current_setting(''${TENANT_SETTING}'', true) '
        || 'or current_setting(''${TENANT_SETTING}'', true) = ''*'')', one.relname);
    end if;
  end loop;
end $$`;

const roleNeeded = (cause: unknown): ProtocolError =>
  new ProtocolError(
    "storage_unavailable",
    `The hub works as the PostgreSQL role ${HUB_ROLE}, which this user may not create or join. Let an administrator of the server run: ` +
      `CREATE ROLE ${HUB_ROLE} NOLOGIN; GRANT ${HUB_ROLE} TO <the user of YARDARM_DATABASE_URL>;`,
    { cause },
  );

/** Before migrations: the role has to exist. @throws ProtocolError `storage_unavailable` with what to run */
export const prepareRole = (url: string): Promise<void> =>
  withClient(url, async (client) => {
    try {
      await ensureRole(client);
    } catch (error) {
      throw codeOf(error) === NOT_ALLOWED ? roleNeeded(error) : error;
    }
  });

/** After migrations: grants and row-level security, as the owner of the tables. Does nothing where nothing is missing. */
export const raiseWalls = (url: string): Promise<void> =>
  withClient(url, async (client) => {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [WALL_LOCK]);
    await client.query(WALLS);
    await client.query("commit");
  });

const withClient = async (url: string, use: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: "yardarm-hub",
  });
  client.on("error", () => {}); // whoever uses it is told by its query
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.end();
  }
};
