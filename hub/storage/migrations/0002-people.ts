import { type Kysely, sql } from "kysely";

/** Invitations, API tokens, password resets, and who runs the installation. */
export const people = {
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;

    await schema.alterTable("users").addColumn("instance_admin_at_ms", "bigint").execute();
    // Whoever claimed the hub was its first user.
    await sql`update users set instance_admin_at_ms = created_at_ms
      where created_at_ms = (select min(created_at_ms) from users)`.execute(db);

    await schema
      .createTable("invitations")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("invitation_id", "text", (column) => column.notNull())
      .addColumn("secret_hash", "text", (column) => column.notNull().unique())
      .addColumn("email", "text", (column) => column.notNull())
      .addColumn("role", "text", (column) => column.notNull())
      .addColumn("projects_json", "text")
      .addColumn("invited_by", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("invitations_pk", ["org_id", "invitation_id"])
      .addUniqueConstraint("invitations_one_each", ["org_id", "email"])
      .execute();

    await schema
      .createTable("api_tokens")
      .addColumn("org_id", "text", (column) => column.notNull().references("orgs.org_id"))
      .addColumn("token_id", "text", (column) => column.notNull().unique())
      .addColumn("token_hash", "text", (column) => column.notNull().unique())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("scopes_json", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .addColumn("last_used_at_ms", "bigint")
      .addColumn("last_used_from", "text")
      .addPrimaryKeyConstraint("api_tokens_pk", ["org_id", "token_id"])
      .execute();
    await schema.createIndex("api_tokens_by_user").on("api_tokens").columns(["org_id", "user_id"]).execute();

    await schema
      .createTable("password_resets")
      .addColumn("secret_hash", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();

    // Tickets live for seconds: those of before are not worth keeping. API tokens get them as well.
    await schema.dropTable("ws_tickets").execute();
    await schema
      .createTable("ws_tickets")
      .addColumn("ticket_hash", "text", (column) => column.primaryKey())
      .addColumn("credential_id", "text", (column) => column.notNull())
      .addColumn("org_id", "text", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();
  },
};
