import type { OrgId, UserId, ViewId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface SavedViewsTable {
  orgId: OrgId;
  viewId: ViewId;
  userId: UserId;
  name: string;
  query: string;
  createdAtMs: number;
  /** When its owner opened it to the whole org; `null`: it is theirs alone. */
  sharedAtMs: number | null;
}

export type SavedView = Readonly<Omit<SavedViewsTable, "orgId">>;

export class OrgSavedViews {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async create(view: SavedView): Promise<void> {
    await this.#db
      .insertInto("savedViews")
      .values({ ...view, orgId: this.#orgId })
      .execute();
  }

  /** One's own, and those that members share; by name. */
  async listFor(userId: UserId): Promise<readonly SavedView[]> {
    return this.#db
      .selectFrom("savedViews")
      .select(["viewId", "userId", "name", "query", "createdAtMs", "sharedAtMs"])
      .where("orgId", "=", this.#orgId)
      .where((where) => where.or([where("userId", "=", userId), where("sharedAtMs", "is not", null)]))
      .orderBy("name")
      .orderBy("viewId")
      .execute();
  }

  async countOf(userId: UserId): Promise<number> {
    const { count } = await this.#db
      .selectFrom("savedViews")
      .select((select) => select.fn.countAll<number>().as("count"))
      .where("orgId", "=", this.#orgId)
      .where("userId", "=", userId)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** False when this person has no such view. */
  async remove(userId: UserId, viewId: ViewId): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom("savedViews")
      .where("orgId", "=", this.#orgId)
      .where("userId", "=", userId)
      .where("viewId", "=", viewId)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }
}
