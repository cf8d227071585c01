import type { Role } from "@yardarm/protocol/api/auth";
import type { InvitationId, OrgId, ProjectId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";
import { readProjects, writeProjects } from "./memberships.ts";

export interface InvitationsTable {
  orgId: OrgId;
  invitationId: InvitationId;
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** Normalised like that of an account. */
  email: string;
  role: Role;
  projectsJson: string | null;
  invitedBy: UserId;
  createdAtMs: number;
  expiresAtMs: number;
}

export interface Invitation {
  readonly invitationId: InvitationId;
  readonly email: string;
  readonly role: Role;
  readonly projects: readonly ProjectId[] | null;
  readonly invitedBy: UserId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export class OrgInvitations {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  /** The newest one of an address counts: earlier ones stop working. */
  async create({ projects, ...invitation }: Invitation & { readonly secretHash: string }): Promise<void> {
    await this.#db
      .deleteFrom("invitations")
      .where("orgId", "=", this.#orgId)
      .where("email", "=", invitation.email)
      .execute();
    await this.#db
      .insertInto("invitations")
      .values({ ...invitation, orgId: this.#orgId, projectsJson: writeProjects(projects) })
      .execute();
  }

  async list(): Promise<readonly (Invitation & { readonly inviterName: string })[]> {
    const rows = await this.#db
      .selectFrom("invitations")
      .innerJoin("users", "users.userId", "invitations.invitedBy")
      .selectAll("invitations")
      .select("users.name as inviterName")
      .where("invitations.orgId", "=", this.#orgId)
      .orderBy("invitations.createdAtMs")
      .orderBy("invitations.invitationId")
      .execute();
    return rows.map(({ inviterName, ...row }) => ({ ...toInvitation(row), inviterName }));
  }

  /** Takes it away: what was accepted or withdrawn is nowhere any more. One caller gets it, every other one nothing. */
  async take(invitationId: InvitationId): Promise<Invitation | undefined> {
    const row = await this.#db
      .deleteFrom("invitations")
      .where("orgId", "=", this.#orgId)
      .where("invitationId", "=", invitationId)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : toInvitation(row);
  }
}

export class SystemInvitations {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async findBySecretHash(
    secretHash: string,
  ): Promise<
    (Invitation & { readonly orgId: OrgId; readonly orgName: string; readonly inviterName: string }) | undefined
  > {
    const row = await this.#db
      .selectFrom("invitations")
      .innerJoin("orgs", "orgs.orgId", "invitations.orgId")
      .innerJoin("users", "users.userId", "invitations.invitedBy")
      .selectAll("invitations")
      .select(["orgs.name as orgName", "users.name as inviterName"])
      .where("secretHash", "=", secretHash)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { orgId, orgName, inviterName } = row;
    return { ...toInvitation(row), orgId, orgName, inviterName };
  }

  async prune(expiredBeforeMs: number): Promise<void> {
    await this.#db.deleteFrom("invitations").where("expiresAtMs", "<", expiredBeforeMs).execute();
  }
}

const toInvitation = (row: Readonly<InvitationsTable>): Invitation => ({
  invitationId: row.invitationId,
  email: row.email,
  role: row.role,
  projects: readProjects(row.projectsJson),
  invitedBy: row.invitedBy,
  createdAtMs: row.createdAtMs,
  expiresAtMs: row.expiresAtMs,
});
