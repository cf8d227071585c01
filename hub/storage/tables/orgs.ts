import type { Role } from "@yardarm/protocol/api/auth";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface OrgsTable {
  orgId: OrgId;
  name: string;
  createdAtMs: number;
  /** Since then an agent that joins waits until a person has compared its key; `null`: it does not. */
  approvesHostsAtMs: number | null;
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

  async setApprovesHosts(approvesHostsAtMs: number | null): Promise<void> {
    await this.#db.updateTable("orgs").set({ approvesHostsAtMs }).where("orgId", "=", this.#orgId).execute();
  }
}

export class SystemOrgs {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async create(org: Omit<Org, "approvesHostsAtMs">): Promise<void> {
    await this.#db
      .insertInto("orgs")
      .values({ ...org, approvesHostsAtMs: null })
      .execute();
  }

  /** Every org: what a node loads its fleet from. */
  async list(): Promise<readonly Org[]> {
    return this.#db.selectFrom("orgs").selectAll().orderBy("createdAtMs").orderBy("orgId").execute();
  }

  /** The orgs that a user is a member of, oldest membership first. */
  async listOf(
    userId: UserId,
  ): Promise<readonly (Pick<Org, "orgId" | "name"> & { readonly role: Role; readonly approvesHosts: boolean })[]> {
    const rows = await this.#db
      .selectFrom("memberships")
      .innerJoin("orgs", "orgs.orgId", "memberships.orgId")
      .select(["orgs.orgId", "orgs.name", "orgs.approvesHostsAtMs", "memberships.role"])
      .where("memberships.userId", "=", userId)
      .orderBy("memberships.createdAtMs")
      .orderBy("orgs.orgId")
      .execute();
    return rows.map(({ approvesHostsAtMs, ...org }) => ({ ...org, approvesHosts: approvesHostsAtMs !== null }));
  }
}
