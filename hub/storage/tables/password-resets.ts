import type { UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface PasswordResetsTable {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  userId: UserId;
  expiresAtMs: number;
}

export type PasswordReset = Readonly<PasswordResetsTable>;

export class SystemPasswordResets {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** The newest link of a person counts. */
  async create(reset: PasswordReset): Promise<void> {
    await this.#db.deleteFrom("passwordResets").where("userId", "=", reset.userId).execute();
    await this.#db.insertInto("passwordResets").values(reset).execute();
  }

  async find(secretHash: string): Promise<PasswordReset | undefined> {
    return this.#db.selectFrom("passwordResets").selectAll().where("secretHash", "=", secretHash).executeTakeFirst();
  }

  /** Hands the link to one caller and forgets it, in one statement. The caller checks its time. */
  async take(secretHash: string): Promise<PasswordReset | undefined> {
    return this.#db.deleteFrom("passwordResets").where("secretHash", "=", secretHash).returningAll().executeTakeFirst();
  }

  async prune(expiredBeforeMs: number): Promise<void> {
    await this.#db.deleteFrom("passwordResets").where("expiresAtMs", "<", expiredBeforeMs).execute();
  }
}
