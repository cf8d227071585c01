import { ProtocolError } from "@yardarm/protocol/errors";
import {
  CamelCasePlugin,
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from "kysely";
import pg from "pg";
import type { EngineTraits } from "../engine-traits.ts";
import { migrate } from "../migrate.ts";
import { allMigrations } from "../migrations/all.ts";
import type { Schema } from "../schema.ts";
import { Storage } from "../storage.ts";

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
};

export interface PostgresStorageOptions {
  /** `postgres://…`; never logged, because it may carry a password. */
  readonly url: string;
  /** Connections of this node at most. */
  readonly connections?: number;
  /** A connection broke; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void;
}

/**
 * Opens a PostgreSQL database, creating or migrating the schema. There is no automatic backup: all migrations run in
 * one transaction, and a server's backups belong to its operator.
 *
 * @throws ProtocolError `storage_unavailable` with a sentence
 */
export const openPostgresStorage = async (options: PostgresStorageOptions): Promise<Storage> => {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 10_000,
    application_name: "yardarm-hub",
    types: { getTypeParser },
  });
  // A connection that breaks while it is in use also rejects its query; without a listener it would end the process.
  pool.on("connect", (client) => client.on("error", (error) => options.onConnectionLost?.(error)));
  // Idle connections report here as well; whoever waits has heard already.
  pool.on("error", () => {});
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: translating(pool) }),
    plugins: [new CamelCasePlugin()],
  });
  try {
    await migrate({ db, migrations: allMigrations(traits), backUp: () => Promise.resolve() });
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new Storage(db, traits);
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
