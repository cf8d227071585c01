import type { Db } from "../schema.ts";

/** Nonces that were spent, until they expire by themselves. */
export interface AgentNoncesTable {
  nonce: string;
  expiresAtMs: number;
}

export class SystemAgentNonces {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** True for the first caller, false for every other one, on any node. */
  async spend(nonce: string, expiresAtMs: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("agentNonces")
      .values({ nonce, expiresAtMs })
      .onConflict((conflict) => conflict.column("nonce").doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Forgets nonces whose time is over: they are refused by their time alone. */
  async prune(expiredBeforeMs: number): Promise<void> {
    await this.#db.deleteFrom("agentNonces").where("expiresAtMs", "<", expiredBeforeMs).execute();
  }
}
