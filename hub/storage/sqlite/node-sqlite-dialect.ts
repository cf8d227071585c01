import { ProtocolError } from "@yardarm/protocol/errors";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { type SqliteDatabase, type SqliteStatement, type SqliteValue, sqliteCode } from "./node-sqlite.ts";

/** Prepared statements kept for reuse; beyond it the least recently used one goes. */
const STATEMENTS_KEPT = 256;

/** Primary result codes that say something of the disk or the file, not of the query. */
const UNAVAILABLE: Readonly<Record<number, string>> = {
  5: "The database is locked by another program.",
  8: "The database is read-only.",
  10: "The disk failed while the database was being read or written.",
  11: "The database file is damaged.",
  13: "The disk is full: the database cannot be written.",
  14: "The database file cannot be opened.",
  26: "The database file is not a database.",
};

/** Failures of disk and file as `storage_unavailable` with a sentence; everything else as it is. */
export const translateSqliteError = (error: unknown): unknown => {
  const sentence = UNAVAILABLE[sqliteCode(error) ?? -1];
  return sentence === undefined ? error : new ProtocolError("storage_unavailable", sentence, { cause: error });
};

type Prepared = { readonly statement: SqliteStatement; readonly returnsRows: boolean };

/** One connection: queries run at once and block the thread for their time, which is what makes them cheap. */
class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: SqliteDatabase;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  executeQuery<Row>({ sql, parameters }: Pick<CompiledQuery, "sql" | "parameters">): Promise<QueryResult<Row>> {
    try {
      const { statement, returnsRows } = this.#prepare(sql);
      const values = parameters as readonly SqliteValue[];
      if (returnsRows) return Promise.resolve({ rows: statement.all(...values) as Row[] });
      return Promise.resolve({ rows: [], numAffectedRows: BigInt(statement.run(...values).changes) });
    } catch (error) {
      return Promise.reject(translateSqliteError(error));
    }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      const statement = this.#database.prepare(sql);
      prepared = { statement, returnsRows: statement.columns().length > 0 };
      const [oldest] = this.#prepared.keys();
      if (this.#prepared.size >= STATEMENTS_KEPT && oldest !== undefined) this.#prepared.delete(oldest);
    } else {
      this.#prepared.delete(sql);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

class NodeSqliteDriver implements Driver {
  readonly #database: SqliteDatabase;
  readonly #connection: NodeSqliteConnection;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#connection = new NodeSqliteConnection(database);
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  /** Kysely lets one caller in at a time, because the adapter says that there is one connection. */
  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }

  async beginTransaction(): Promise<void> {
    await this.#run("begin immediate");
  }

  async commitTransaction(): Promise<void> {
    await this.#run("commit");
  }

  async rollbackTransaction(): Promise<void> {
    // Some failures (a full disk) make SQLite roll back by itself.
    if (this.#database.isTransaction) await this.#run("rollback");
  }

  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
    return Promise.resolve();
  }

  async #run(sql: string): Promise<void> {
    await this.#connection.executeQuery({ sql, parameters: [] });
  }
}

class NodeSqliteAdapter extends SqliteAdapter {
  /** True of SQLite; a migration that stops half-way leaves nothing behind. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely on Node's own SQLite. Closing Kysely closes `database`. */
export const nodeSqliteDialect = (database: SqliteDatabase): Dialect => ({
  createDriver: () => new NodeSqliteDriver(database),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createAdapter: () => new NodeSqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
});
