import type { OrgId, ProjectId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface ProjectsTable {
  orgId: OrgId;
  projectId: ProjectId;
  name: string;
  createdAtMs: number;
}

export type Project = Readonly<Omit<ProjectsTable, "orgId">>;

export class OrgProjects {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async create(project: Project): Promise<void> {
    await this.#db
      .insertInto("projects")
      .values({ ...project, orgId: this.#orgId })
      .execute();
  }

  /** Oldest first: the first one is the org's default project. */
  async list(): Promise<readonly Project[]> {
    return this.#db
      .selectFrom("projects")
      .select(["projectId", "name", "createdAtMs"])
      .where("orgId", "=", this.#orgId)
      .orderBy("createdAtMs")
      .orderBy("projectId")
      .execute();
  }

  /** False when there is no such project. */
  async rename(projectId: ProjectId, name: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("projects")
      .set({ name })
      .where("orgId", "=", this.#orgId)
      .where("projectId", "=", projectId)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** No host may be in it, not even a removed one. */
  async remove(projectId: ProjectId): Promise<void> {
    await this.#db.deleteFrom("projects").where("orgId", "=", this.#orgId).where("projectId", "=", projectId).execute();
  }
}
