import type { Kysely } from "kysely";

/** For how long an org keeps its logs. */
export const logRetention = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("org_retention")
      .addColumn("org_id", "text", (column) => column.primaryKey().references("orgs.org_id"))
      .addColumn("max_days", "integer")
      .addColumn("max_container_bytes", "bigint")
      .addColumn("max_org_bytes", "bigint")
      .execute();
  },
};
