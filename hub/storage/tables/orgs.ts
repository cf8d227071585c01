import type { Role } from "@yardarm/protocol/api/auth";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface OrgsTable {
  orgId: OrgId;
  name: string;
  createdAtMs: number;
}

export type Org = Readonly<OrgsTable>;

/** The org's own row. */
export class OrgProfile {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async find(): Promise<Org | undefined> {
    return this.#db.selectFrom("orgs").selectAll().where("orgId", "=", this.#orgId).executeTakeFirst();
  }

  async rename(name: string): Promise<void> {
    await this.#db.updateTable("orgs").set({ name }).where("orgId", "=", this.#orgId).execute();
  }
}

export class SystemOrgs {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async create(org: Org): Promise<void> {
    await this.#db.insertInto("orgs").values(org).execute();
  }

  /** Every org: what a node loads its fleet from. */
  async list(): Promise<readonly Org[]> {
    return this.#db.selectFrom("orgs").selectAll().orderBy("createdAtMs").orderBy("orgId").execute();
  }

  /** The orgs that a user is a member of, oldest membership first. */
  async listOf(userId: UserId): Promise<readonly (Pick<Org, "orgId" | "name"> & { readonly role: Role })[]> {
    return this.#db
      .selectFrom("memberships")
      .innerJoin("orgs", "orgs.orgId", "memberships.orgId")
      .select(["orgs.orgId", "orgs.name", "memberships.role"])
      .where("memberships.userId", "=", userId)
      .orderBy("memberships.createdAtMs")
      .orderBy("orgs.orgId")
      .execute();
  }
}
