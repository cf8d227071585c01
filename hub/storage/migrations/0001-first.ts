import { type Kysely, sql } from "kysely";
import type { EngineTraits } from "../engine-traits.ts";

/** Everything that version 0.1.0 stores. Types are chosen so that both engines read them alike. */
export const first = (traits: EngineTraits) => ({
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;

    await schema
      .createTable("instance")
      .addColumn("singleton", "integer", (column) => column.primaryKey().check(sql`singleton = 1`))
      .addColumn("hub_id", "text", (column) => column.notNull())
      .addColumn("key_set", "text", (column) => column.notNull())
      .addColumn("nonce_key", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("setup_token_hash", "text")
      .addColumn("claimed_at_ms", "bigint")
      .execute();

    await schema
      .createTable("users")
      .addColumn("user_id", "text", (column) => column.primaryKey())
      .addColumn("email", "text", (column) => column.notNull().unique())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("password_hash", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .execute();

    await schema
      .createTable("orgs")
      .addColumn("org_id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .execute();

    await schema
      .createTable("projects")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("projects_pk", ["org_id", "project_id"])
      .execute();

    await schema
      .createTable("memberships")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("role", "text", (column) => column.notNull())
      .addColumn("projects_json", "text")
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("memberships_pk", ["org_id", "user_id"])
      .execute();
    await schema.createIndex("memberships_by_user").on("memberships").column("user_id").execute();

    await schema
      .createTable("sessions")
      .addColumn("session_id", "text", (column) => column.primaryKey())
      .addColumn("token_hash", "text", (column) => column.notNull().unique())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("last_used_at_ms", "bigint", (column) => column.notNull())
      .addColumn("address", "text", (column) => column.notNull())
      .addColumn("user_agent", "text", (column) => column.notNull())
      .execute();
    await schema.createIndex("sessions_by_user").on("sessions").column("user_id").execute();

    await schema
      .createTable("ws_tickets")
      .addColumn("ticket_hash", "text", (column) => column.primaryKey())
      .addColumn("session_id", "text", (column) => column.notNull())
      .addColumn("org_id", "text", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();

    await schema
      .createTable("hosts")
      .addColumn("org_id", "text", (column) => column.notNull())
      .addColumn("host_id", "text", (column) => column.notNull().unique())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("removed_at_ms", "bigint")
      .addColumn("agent_public_key", "text")
      .addColumn("enrolled_at_ns", "text")
      .addColumn("epoch", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("last_seen_at_ns", "text")
      .addColumn("agent_version", "text")
      .addColumn("machine_json", "text")
      .addColumn("engine_json", "text")
      .addColumn("metrics_backend", "text")
      .addColumn("clock_skew_ms", "double precision")
      .addPrimaryKeyConstraint("hosts_pk", ["org_id", "host_id"])
      .addForeignKeyConstraint("hosts_project", ["org_id", "project_id"], "projects", ["org_id", "project_id"])
      .execute();

    await schema
      .createTable("join_tokens")
      .addColumn("token_id", "text", (column) => column.primaryKey())
      .addColumn("org_id", "text", (column) => column.notNull())
      .addColumn("host_id", "text", (column) => column.notNull())
      .addColumn("seed_public_key", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .addColumn("consumed_at_ms", "bigint")
      .addColumn("agent_public_key", "text")
      .addForeignKeyConstraint("join_tokens_host", ["org_id", "host_id"], "hosts", ["org_id", "host_id"])
      .execute();
    await schema.createIndex("join_tokens_by_host").on("join_tokens").columns(["org_id", "host_id"]).execute();

    await schema
      .createTable("agent_nonces")
      .addColumn("nonce", "text", (column) => column.primaryKey())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();

    await schema
      .createTable("containers")
      .addColumn("org_id", "text", (column) => column.notNull())
      .addColumn("container_id", "text", (column) => column.notNull())
      .addColumn("host_id", "text", (column) => column.notNull())
      .addColumn("document_json", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("containers_pk", ["org_id", "container_id"])
      .addForeignKeyConstraint("containers_host", ["org_id", "host_id"], "hosts", ["org_id", "host_id"])
      .execute();
    await schema.createIndex("containers_by_host").on("containers").columns(["org_id", "host_id"]).execute();

    await schema
      .createTable("actions")
      .addColumn("org_id", "text", (column) => column.notNull())
      .addColumn("action_id", "text", (column) => column.notNull())
      .addColumn("host_id", "text", (column) => column.notNull())
      .addColumn("container_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("idempotency_key", "text")
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("document_json", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("actions_pk", ["org_id", "action_id"])
      .addUniqueConstraint("actions_once", ["org_id", "user_id", "idempotency_key"])
      .addForeignKeyConstraint("actions_host", ["org_id", "host_id"], "hosts", ["org_id", "host_id"])
      .execute();
    await schema.createIndex("actions_by_host").on("actions").columns(["org_id", "host_id", "state"]).execute();

    await schema
      .createTable("audit_heads")
      .addColumn("org_id", "text", (column) => column.primaryKey().references("orgs.org_id"))
      .addColumn("seq", "bigint", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .execute();
    await schema
      .createTable("audit")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("seq", "bigint", (column) => column.notNull())
      .addColumn("at_ns", "text", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("actor_id", "text")
      .addColumn("target_id", "text")
      .addColumn("body", "text", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("audit_pk", ["org_id", "seq"])
      .execute();
    for (const statement of traits.forbidChanges("audit")) await sql.raw(statement).execute(db);
  },
});
