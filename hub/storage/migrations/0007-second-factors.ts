import type { Kysely } from "kysely";

/** One-time codes, passkeys, and identities of an OpenID Connect provider. */
export const secondFactors = {
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;

    await schema
      .createTable("totp_factors")
      .addColumn("user_id", "text", (column) => column.primaryKey().references("users.user_id"))
      .addColumn("sealed_secret", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("confirmed_at_ms", "bigint")
      .addColumn("last_step", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createTable("recovery_codes")
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("code_hash", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("recovery_codes_pk", ["user_id", "code_hash"])
      .execute();
    await schema
      .createTable("pending_sign_ins")
      .addColumn("token_hash", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("first_factor", "text", (column) => column.notNull())
      .addColumn("invitation_hash", "text")
      .addColumn("failures", "integer", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();

    await schema
      .createTable("passkeys")
      .addColumn("passkey_id", "text", (column) => column.primaryKey())
      .addColumn("credential_id", "text", (column) => column.notNull().unique())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("public_key", "text", (column) => column.notNull())
      .addColumn("counter", "bigint", (column) => column.notNull())
      .addColumn("transports_json", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("last_used_at_ms", "bigint")
      .execute();
    await schema.createIndex("passkeys_by_user").on("passkeys").column("user_id").execute();
    await schema
      .createTable("passkey_challenges")
      .addColumn("challenge_hash", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text")
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();

    await schema
      .createTable("linked_identities")
      .addColumn("identity_id", "text", (column) => column.primaryKey())
      .addColumn("user_id", "text", (column) => column.notNull().references("users.user_id"))
      .addColumn("issuer", "text", (column) => column.notNull())
      .addColumn("subject", "text", (column) => column.notNull())
      .addColumn("label", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addUniqueConstraint("linked_identities_one_owner", ["issuer", "subject"])
      .addUniqueConstraint("linked_identities_one_each", ["user_id", "issuer"])
      .execute();
    await schema
      .createTable("oidc_flows")
      .addColumn("flow_hash", "text", (column) => column.primaryKey())
      .addColumn("purpose", "text", (column) => column.notNull())
      .addColumn("user_id", "text")
      .addColumn("session_id", "text")
      .addColumn("invitation_hash", "text")
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();
  },
};
