import type { BulkId, OrgId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface BulkActionsTable {
  orgId: OrgId;
  bulkId: BulkId;
  userId: UserId;
  /** `planned`, then one of the states of a bulk action. */
  state: string;
  /** A plan that is older cannot be carried out any more. */
  expiresAtMs: number;
  documentJson: string;
}

export type BulkActionRow = Readonly<Omit<BulkActionsTable, "orgId">>;

const COLUMNS = ["bulkId", "userId", "state", "expiresAtMs", "documentJson"] as const;

/** Plans for several containers, and what became of them. */
export class OrgBulkActions {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  /** Keeps a plan; plans that expired before `nowMs` without having been carried out are forgotten. */
  async plan(row: BulkActionRow, nowMs: number): Promise<void> {
    await this.#db
      .deleteFrom("bulkActions")
      .where("orgId", "=", this.#orgId)
      .where("state", "=", "planned")
      .where("expiresAtMs", "<", nowMs)
      .execute();
    await this.#db
      .insertInto("bulkActions")
      .values({ ...row, orgId: this.#orgId })
      .execute();
  }

  async find(bulkId: BulkId): Promise<BulkActionRow | undefined> {
    return this.#db
      .selectFrom("bulkActions")
      .select(COLUMNS)
      .where("orgId", "=", this.#orgId)
      .where("bulkId", "=", bulkId)
      .executeTakeFirst();
  }

  async inState(state: string): Promise<readonly BulkActionRow[]> {
    return this.#db
      .selectFrom("bulkActions")
      .select(COLUMNS)
      .where("orgId", "=", this.#orgId)
      .where("state", "=", state)
      .execute();
  }

  /** Turns a plan into its execution. False when it is not a plan any more: of two at once, one gets it. */
  async begin(bulkId: BulkId, documentJson: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("bulkActions")
      .set({ state: "running", documentJson })
      .where("orgId", "=", this.#orgId)
      .where("bulkId", "=", bulkId)
      .where("state", "=", "planned")
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async update(bulkId: BulkId, state: string, documentJson: string): Promise<void> {
    await this.#db
      .updateTable("bulkActions")
      .set({ state, documentJson })
      .where("orgId", "=", this.#orgId)
      .where("bulkId", "=", bulkId)
      .execute();
  }
}
