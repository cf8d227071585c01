import type { OrgId, ProtectionRuleId } from "@yardarm/protocol/ids";
import type { ProtectionRule } from "@yardarm/protocol/protection-schema";
import type { Db } from "../schema.ts";

export interface ProtectionRulesTable {
  orgId: OrgId;
  ruleId: ProtectionRuleId;
  createdAtMs: number;
  documentJson: string;
}

/** One row per org that ever had a rule; it is also what changes of the rules are serialised by. */
export interface ProtectionVersionsTable {
  orgId: OrgId;
  version: number;
}

/** Rules that protect containers, and the number by which agents tell newer ones from older. */
export class OrgProtectionRules {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  /** Oldest first. */
  async list(): Promise<readonly ProtectionRule[]> {
    const rows = await this.#db
      .selectFrom("protectionRules")
      .select("documentJson")
      .where("orgId", "=", this.#orgId)
      .orderBy("createdAtMs")
      .orderBy("ruleId")
      .execute();
    return rows.map(({ documentJson }) => JSON.parse(documentJson) as ProtectionRule);
  }

  /** 0 for an org that never had a rule. */
  async version(): Promise<number> {
    const row = await this.#db
      .selectFrom("protectionVersions")
      .select("version")
      .where("orgId", "=", this.#orgId)
      .executeTakeFirst();
    return row === undefined ? 0 : Number(row.version);
  }

  /** The number of the change that is about to be made: above every earlier one, and at least `atLeast`. Locks the org's rules. */
  async raiseVersion(atLeast: number): Promise<number> {
    await this.#db
      .insertInto("protectionVersions")
      .values({ orgId: this.#orgId, version: 0 })
      .onConflict((conflict) => conflict.column("orgId").doNothing())
      .execute();
    await this.#db
      .updateTable("protectionVersions")
      .set((set) => ({ version: set("version", "+", 1) }))
      .where("orgId", "=", this.#orgId)
      .execute();
    const next = Math.max(await this.version(), atLeast);
    await this.#db.updateTable("protectionVersions").set({ version: next }).where("orgId", "=", this.#orgId).execute();
    return next;
  }

  async put(rule: ProtectionRule, createdAtMs: number): Promise<void> {
    const documentJson = JSON.stringify(rule);
    await this.#db
      .insertInto("protectionRules")
      .values({ orgId: this.#orgId, ruleId: rule.ruleId, createdAtMs, documentJson })
      .onConflict((conflict) => conflict.columns(["orgId", "ruleId"]).doUpdateSet({ documentJson }))
      .execute();
  }

  async remove(ruleId: ProtectionRuleId): Promise<void> {
    await this.#db
      .deleteFrom("protectionRules")
      .where("orgId", "=", this.#orgId)
      .where("ruleId", "=", ruleId)
      .execute();
  }
}
