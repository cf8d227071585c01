import type { OrgId } from "@yardarm/protocol/ids";
import type { Db } from "./schema.ts";

/** Where a query of the closed list above tenants belongs. No org has this id. */
export const ABOVE_TENANTS = "*";
export type Tenant = OrgId | typeof ABOVE_TENANTS;

/** Where the two database engines differ. Queries and migrations ask a trait, never for a product. */
export interface EngineTraits {
  /** `SELECT … FOR UPDATE` exists and is needed. Without it every transaction that writes is alone anyway. */
  readonly locksRows: boolean;
  /** Statements that make every later UPDATE, DELETE (and TRUNCATE, where it exists) of `table` fail. */
  readonly forbidChanges: (table: string) => readonly string[];
  /** The same database for this tenant alone, where the engine itself can keep tenants apart. */
  readonly forTenant: (db: Db, tenant: Tenant) => Db;
}
