import type { Role } from "@yardarm/protocol/api/auth";
import { asId, type OrgId, type ProjectId, type UserId } from "@yardarm/protocol/ids";
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

export class OrgMembers {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async add({ userId, role, projects, createdAtMs }: Membership): Promise<void> {
    const projectsJson = projects === null ? null : JSON.stringify(projects);
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
      .set({ projectsJson: projects === null ? null : JSON.stringify(projects) })
      .execute();
  }

  async remove(userId: UserId): Promise<void> {
    await this.#db.deleteFrom("memberships").where("orgId", "=", this.#orgId).where("userId", "=", userId).execute();
  }

  async list(): Promise<readonly Member[]> {
    const rows = await this.#db
      .selectFrom("memberships")
      .innerJoin("users", "users.userId", "memberships.userId")
      .select(["memberships.userId", "memberships.role", "memberships.projectsJson", "memberships.createdAtMs"])
      .select(["users.name", "users.email"])
      .where("memberships.orgId", "=", this.#orgId)
      .orderBy("memberships.createdAtMs")
      .orderBy("memberships.userId")
      .execute();
    return rows.map(({ projectsJson, ...member }) => ({ ...member, projects: readProjects(projectsJson) }));
  }

  #mine(userId: UserId) {
    return this.#db.updateTable("memberships").where("orgId", "=", this.#orgId).where("userId", "=", userId);
  }
}
