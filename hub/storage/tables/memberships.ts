import type { Role } from "@yardarm/protocol/api/auth";
import { asId, type OrgId, type ProjectId, type UserId } from "@yardarm/protocol/ids";
import type { EngineTraits } from "../engine-traits.ts";
import type { Db } from "../schema.ts";

export interface MembershipsTable {
  orgId: OrgId;
  userId: UserId;
  role: Role;
  /** JSON array of project ids to which the membership is narrowed; null: the whole org. */
  projectsJson: string | null;
  createdAtMs: number;
}

export interface Membership {
  readonly userId: UserId;
  readonly role: Role;
  readonly projects: readonly ProjectId[] | null;
  readonly createdAtMs: number;
}

export interface Member extends Membership {
  readonly name: string;
  readonly email: string;
}

/** A text that is no array of strings narrows to nothing: damage never widens a right. */
export const readProjects = (json: string | null): readonly ProjectId[] | null => {
  if (json === null) return null;
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((id) => typeof id === "string").map((id) => asId<ProjectId>(id)) : [];
};

export const writeProjects = (projects: readonly ProjectId[] | null): string | null =>
  projects === null ? null : JSON.stringify(projects);

export class OrgMembers {
  readonly #db: Db;
  readonly #orgId: OrgId;
  readonly #traits: EngineTraits;

  constructor(db: Db, orgId: OrgId, traits: EngineTraits) {
    this.#db = db;
    this.#orgId = orgId;
    this.#traits = traits;
  }

  /**
   * Holds every other change of the org's members until the surrounding transaction ends: MUST run inside one, before
   * what it decides by is read.
   */
  async lock(): Promise<void> {
    if (!this.#traits.locksRows) return;
    await this.#db.selectFrom("orgs").select("orgId").where("orgId", "=", this.#orgId).forUpdate().execute();
  }

  async add({ userId, role, projects, createdAtMs }: Membership): Promise<void> {
    const projectsJson = writeProjects(projects);
    await this.#db
      .insertInto("memberships")
      .values({ orgId: this.#orgId, userId, role, projectsJson, createdAtMs })
      .execute();
  }

  /** Takes effect on the member's open sessions at their next check. */
  async setRole(userId: UserId, role: Role): Promise<void> {
    await this.#mine(userId).set({ role }).execute();
  }

  async setProjects(userId: UserId, projects: readonly ProjectId[] | null): Promise<void> {
    await this.#mine(userId)
      .set({ projectsJson: writeProjects(projects) })
      .execute();
  }

  async remove(userId: UserId): Promise<void> {
    await this.#db.deleteFrom("memberships").where("orgId", "=", this.#orgId).where("userId", "=", userId).execute();
  }

  async find(userId: UserId): Promise<Member | undefined> {
    const row = await this.#members().where("memberships.userId", "=", userId).executeTakeFirst();
    return row === undefined ? undefined : toMember(row);
  }

  async list(): Promise<readonly Member[]> {
    return (await this.#members().execute()).map(toMember);
  }

  async countOwners(): Promise<number> {
    const owners = this.#db.selectFrom("memberships").select("userId").where("orgId", "=", this.#orgId);
    return (await owners.where("role", "=", "owner").execute()).length;
  }

  #members() {
    return this.#db
      .selectFrom("memberships")
      .innerJoin("users", "users.userId", "memberships.userId")
      .select(["memberships.userId", "memberships.role", "memberships.projectsJson", "memberships.createdAtMs"])
      .select(["users.name", "users.email"])
      .where("memberships.orgId", "=", this.#orgId)
      .orderBy("memberships.createdAtMs")
      .orderBy("memberships.userId");
  }

  #mine(userId: UserId) {
    return this.#db.updateTable("memberships").where("orgId", "=", this.#orgId).where("userId", "=", userId);
  }
}

const toMember = ({
  projectsJson,
  ...member
}: Omit<Member, "projects"> & { readonly projectsJson: string | null }): Member => ({
  ...member,
  projects: readProjects(projectsJson),
});
