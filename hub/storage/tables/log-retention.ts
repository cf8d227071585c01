import type { OrgId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

/** Bounds that an org has set for its logs; `null`: the instance's apply. 0 is no bound. */
export interface LogRetentionTable {
  orgId: OrgId;
  maxDays: number | null;
  maxContainerBytes: number | null;
  maxOrgBytes: number | null;
}

export type LogRetentionRow = Readonly<LogRetentionTable>;
export type LogRetentionBounds = Omit<LogRetentionRow, "orgId">;

const UNSET: LogRetentionBounds = { maxDays: null, maxContainerBytes: null, maxOrgBytes: null };

export class OrgLogRetention {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async find(): Promise<LogRetentionBounds> {
    const row = await this.#db
      .selectFrom("orgRetention")
      .select(["maxDays", "maxContainerBytes", "maxOrgBytes"])
      .where("orgId", "=", this.#orgId)
      .executeTakeFirst();
    return row ?? UNSET;
  }

  async set(bounds: LogRetentionBounds): Promise<void> {
    await this.#db
      .insertInto("orgRetention")
      .values({ ...bounds, orgId: this.#orgId })
      .onConflict((conflict) => conflict.column("orgId").doUpdateSet(bounds))
      .execute();
  }
}

export class SystemLogRetention {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Every org that has set something: what the log store asks before it forgets. */
  async list(): Promise<readonly LogRetentionRow[]> {
    return this.#db.selectFrom("orgRetention").selectAll().execute();
  }
}
