import { ProtocolError } from "@yardarm/protocol/errors";
import pg from "pg";

export type PgPool = pg.Pool;

/** Connections to the database of a `postgres://` URL; none is made yet. */
export const openPool = (url: string, connections = 5): PgPool => {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    application_name: "yardarm-hub-logs",
  });
  // Whoever uses a connection that breaks is told by its query; without listeners it would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("error", () => {});
  return pool;
};

/** @throws ProtocolError `storage_unavailable` for whatever the server or the way to it did wrong */
export const withClient = async <Result>(
  pool: pg.Pool,
  use: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> => {
  let client: pg.PoolClient | undefined;
  try {
    client = await pool.connect();
    const result = await use(client);
    client.release();
    return result;
  } catch (cause) {
    // Whatever state it is in, nobody else gets this connection.
    client?.release(true);
    throw new ProtocolError("storage_unavailable", "The log database does not answer.", { cause });
  }
};

/** One query on a connection of the pool. @throws ProtocolError `storage_unavailable` */
export const queryRows = <Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  sql: string,
  values: readonly unknown[],
): Promise<readonly Row[]> => withClient(pool, async (client) => (await client.query<Row>(sql, [...values])).rows);

/** Runs `task` in a transaction on a connection of the pool. */
export const inPgTransaction = <Result>(
  pool: pg.Pool,
  task: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> =>
  withClient(pool, async (client) => {
    await client.query("BEGIN");
    try {
      const result = await task(client);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      throw error;
    }
  });
