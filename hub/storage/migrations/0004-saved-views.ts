import type { Kysely } from "kysely";

/** Views of the logs that people keep. */
export const savedViews = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("saved_views")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("view_id", "text", (column) => column.notNull().unique())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("query", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("shared_at_ms", "bigint")
      .addPrimaryKeyConstraint("saved_views_pk", ["org_id", "view_id"])
      .execute();
    await db.schema.createIndex("saved_views_by_user").on("saved_views").columns(["org_id", "user_id"]).execute();
  },
};
