import type { Kysely } from "kysely";

/** Rules that protect containers, actions on several of them, and the history of actions by time. */
export const protection = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("protection_rules")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("rule_id", "text", (column) => column.notNull().unique())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("document_json", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("protection_rules_pk", ["org_id", "rule_id"])
      .execute();
    await db.schema
      .createTable("protection_versions")
      .addColumn("org_id", "text", (column) => column.primaryKey().references("orgs.org_id"))
      .addColumn("version", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("bulk_actions")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("bulk_id", "text", (column) => column.notNull().unique())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .addColumn("document_json", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("bulk_actions_pk", ["org_id", "bulk_id"])
      .execute();
    await db.schema.createIndex("bulk_actions_by_state").on("bulk_actions").columns(["org_id", "state"]).execute();
    // Actions of before are listed last.
    await db.schema
      .alterTable("actions")
      .addColumn("requested_at_ns", "text", (column) => column.notNull().defaultTo("0"))
      .execute();
    await db.schema
      .createIndex("actions_by_time")
      .on("actions")
      .columns(["org_id", "requested_at_ns", "action_id"])
      .execute();
    await db.schema
      .createIndex("actions_by_container")
      .on("actions")
      .columns(["org_id", "container_id", "requested_at_ns"])
      .execute();
  },
};
