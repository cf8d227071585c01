import { ID_PATTERN } from "@yardarm/protocol/ids";
import {
  CompiledQuery,
  type DatabaseConnection,
  type KyselyPlugin,
  PostgresDriver,
  type QueryId,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import { ABOVE_TENANTS, type Tenant } from "../engine-traits.ts";

/** The setting that every policy of row-level security compares with (`raise-walls.ts`). */
export const TENANT_SETTING = "yardarm.tenant";

/** Which tenant a query belongs to. What is not in here belongs to none, and sees nothing. */
const tenants = new WeakMap<QueryId, Tenant>();

/** Every query of a `Db` that carries this belongs to `tenant`. */
export const tenantPlugin = (tenant: Tenant): KyselyPlugin => ({
  transformQuery: ({ node, queryId }) => {
    tenants.set(queryId, tenant);
    return node;
  },
  transformResult: async ({ result }) => result,
});

/** Written into the statement, because `set` takes no parameters: so only what is an id gets there. */
const setTenant = (tenant: Tenant | null): string => {
  if (tenant !== null && tenant !== ABOVE_TENANTS && !ID_PATTERN.test(tenant)) {
    throw new Error("A tenant that is no id.");
  }
  return `set local ${TENANT_SETTING} = '${tenant ?? ""}'`;
};

type Transaction = { tenant: Tenant | null };

/**
 * Tells the server, inside the transaction of each query, for which tenant it is: the server then shows no row of any
 * other. The setting ends with the transaction, so that no connection carries it to its next user.
 */
export class TenantDriver extends PostgresDriver {
  readonly #transactions = new WeakMap<DatabaseConnection, Transaction>();

  override async acquireConnection(
    ...options: Parameters<PostgresDriver["acquireConnection"]>
  ): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection(...options);
    const plain = connection.executeQuery.bind(connection);
    connection.executeQuery = async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
      const tenant = tenants.get(query.queryId) ?? null;
      const transaction = this.#transactions.get(connection);
      if (transaction !== undefined) {
        if (transaction.tenant !== tenant) await plain(CompiledQuery.raw(setTenant(tenant)));
        transaction.tenant = tenant;
        return plain<Row>(query);
      }
      if (tenant === null) return plain<Row>(query);
      await plain(CompiledQuery.raw(`begin; ${setTenant(tenant)}`));
      try {
        const result = await plain<Row>(query);
        await plain(CompiledQuery.raw("commit"));
        return result;
      } catch (error) {
        await plain(CompiledQuery.raw("rollback")).catch(() => {}); // the connection is gone then, and its transaction
        throw error;
      }
    };
    return connection;
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await super.beginTransaction(connection, settings);
    this.#transactions.set(connection, { tenant: null });
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.#transactions.delete(connection);
    await super.commitTransaction(connection);
  }

  override async rollbackTransaction(connection: Parameters<PostgresDriver["rollbackTransaction"]>[0]): Promise<void> {
    this.#transactions.delete(connection);
    await super.rollbackTransaction(connection);
  }
}
