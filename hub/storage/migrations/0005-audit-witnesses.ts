import type { Kysely } from "kysely";

/** The newest audit intent that each host's agent remembers. */
export const auditWitnesses = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("audit_witnesses")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("host_id", "text", (column) => column.notNull())
      .addColumn("seq", "bigint", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("audit_witnesses_pk", ["org_id", "host_id"])
      .execute();
  },
};
