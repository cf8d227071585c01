import type { Kysely } from "kysely";

/** Keys of agents that are not in force yet, organizations that approve them, and identities seen in two places. */
export const agentKeys = {
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;
    await schema.alterTable("orgs").addColumn("approves_hosts_at_ms", "bigint").execute();
    await schema.alterTable("hosts").addColumn("next_public_key", "text").execute();
    await schema.alterTable("hosts").addColumn("next_key_kind", "text").execute();
    await schema.alterTable("hosts").addColumn("next_key_json", "text").execute();
    await schema.alterTable("hosts").addColumn("cloned_at_ns", "text").execute();
  },
};
