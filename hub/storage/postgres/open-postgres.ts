import { ProtocolError } from "@yardarm/protocol/errors";
import {
  CamelCasePlugin,
  type Dialect,
  Kysely,
  PostgresAdapter,
  type PostgresCursor,
  PostgresIntrospector,
  type PostgresPool,
  type PostgresPoolClient,
  PostgresQueryCompiler,
  type PostgresQueryResult,
  sql,
} from "kysely";
import pg from "pg";
import { ABOVE_TENANTS, type EngineTraits } from "../engine-traits.ts";
import { migrate } from "../migrate.ts";
import { allMigrations } from "../migrations/all.ts";
import type { Db, Schema } from "../schema.ts";
import { Storage } from "../storage.ts";
import { HUB_ROLE, prepareRole, raiseWalls } from "./raise-walls.ts";
import { TENANT_SETTING, TenantDriver, tenantPlugin } from "./tenant-driver.ts";

const traits: EngineTraits = {
  locksRows: true,
  forbidChanges: (table) => [
    `create function ${table}_refuse_change() returns trigger language plpgsql as ` +
      `$$ begin raise exception '${table} rows are never changed'; end $$`,
    `create trigger ${table}_no_change before update or delete on ${table} ` +
      `for each row execute function ${table}_refuse_change()`,
    `create trigger ${table}_no_truncate before truncate on ${table} ` +
      `for each statement execute function ${table}_refuse_change()`,
  ],
  forTenant: (db, tenant) => db.withPlugin(tenantPlugin(tenant)),
};

export interface PostgresStorageOptions {
  /** `postgres://…` of the tables' owner; never logged, because it may carry a password. */
  readonly url: string;
  /** Connections of this node at most. */
  readonly connections?: number;
  /** False opens only a database in this version's form: for commands beside a running hub. */
  readonly mayMigrate?: boolean;
  /** A connection broke; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void;
}

/**
 * Opens a PostgreSQL database, creating or migrating the schema. There is no automatic backup: all migrations run in
 * one transaction, and a server's backups belong to its operator.
 *
 * The schema is changed as the URL's own user; from then on every connection works as a role that owns nothing and that
 * row-level security binds, so that a query without its tenant sees no row of any.
 *
 * @throws ProtocolError `storage_unavailable` with a sentence
 */
export const openPostgresStorage = async (options: PostgresStorageOptions): Promise<Storage> => {
  await migrateAsOwner(options).catch(rethrow);
  const db = connect(options, `-c role=${HUB_ROLE}`);
  try {
    await checkRole(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new Storage(db, traits);
};

const migrateAsOwner = async (options: PostgresStorageOptions): Promise<void> => {
  await prepareRole(options.url);
  // The owner is bound by the walls as well, and migrations may have to change rows of every org.
  const db = connect({ ...options, connections: 1 }, `-c ${TENANT_SETTING}=${ABOVE_TENANTS}`);
  try {
    const { mayMigrate = true } = options;
    await migrate({ db, mayMigrate, migrations: allMigrations(traits), backUp: () => Promise.resolve() });
  } finally {
    await db.destroy();
  }
  await raiseWalls(options.url);
};

/** What the walls rest on is looked at rather than believed. */
const checkRole = async (db: Db): Promise<void> => {
  const { rows } = await sql<{ name: string; isFree: boolean }>`
    select current_user as name, rolsuper or rolbypassrls as is_free from pg_roles where rolname = current_user
  `.execute(db);
  if (rows[0]?.name === HUB_ROLE && !rows[0].isFree) return;
  throw new ProtocolError(
    "storage_unavailable",
    `The hub has to work as the PostgreSQL role ${HUB_ROLE}, without SUPERUSER and BYPASSRLS, and it does not.`,
  );
};

const connect = (options: PostgresStorageOptions, settings: string): Db => {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 10_000,
    application_name: "yardarm-hub",
    options: settings,
    types: { getTypeParser },
  });
  // A connection that breaks while it is in use also rejects its query; without a listener it would end the process.
  pool.on("connect", (client) => client.on("error", (error) => options.onConnectionLost?.(error)));
  // Idle connections report here as well; whoever waits has heard already.
  pool.on("error", () => {});
  const config = { pool: translating(pool) };
  const dialect: Dialect = {
    createDriver: () => new TenantDriver(config),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
  return new Kysely<Schema>({ dialect, plugins: [new CamelCasePlugin()] });
};

/** `bigint` arrives as a number: counts and milliseconds stay far below 2^53. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: "text" | "binary") =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);

/** SQLSTATE classes that say something of the server, not of the query: connection, resources, shutdown. */
const SERVER_STATE = /^(?:08|53|57P|58|28|3D)/;

const translate = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const lost =
    /^E[A-Z_]+$/.test(code) || SERVER_STATE.test(code) || /terminated|timeout|not queryable/i.test(error.message);
  return lost
    ? new ProtocolError("storage_unavailable", `PostgreSQL does not answer as it should: ${error.message}.`, {
        cause: error,
      })
    : error;
};

const rethrow = (error: unknown): never => {
  throw translate(error);
};

/** The pool as Kysely sees it, with failures of the server told apart from failures of a query. */
const translating = (pool: pg.Pool): PostgresPool => ({
  options: pool.options,
  end: () => pool.end(),
  connect: async (): Promise<PostgresPoolClient> => {
    const client: PostgresPoolClient = await pool.connect().catch(rethrow);
    function query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
    function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
    function query<Row>(text: string | PostgresCursor<Row>, parameters: readonly unknown[] = []) {
      return typeof text === "string" ? client.query<Row>(text, parameters).catch(rethrow) : client.query<Row>(text);
    }
    return { query, release: (destroy) => client.release(destroy) };
  },
});
