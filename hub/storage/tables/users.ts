import type { UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface UsersTable {
  userId: UserId;
  /** Trimmed and in lower case. */
  email: string;
  name: string;
  passwordHash: string;
  createdAtMs: number;
  /** Since when this person runs the installation; `null`: they do not. */
  instanceAdminAtMs: number | null;
}

export type User = Readonly<UsersTable>;

export class SystemUsers {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** False when the e-mail address is taken. */
  async create(user: Omit<User, "instanceAdminAtMs"> & Partial<User>): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("users")
      .values({ instanceAdminAtMs: null, ...user })
      .onConflict((conflict) => conflict.column("email").doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async findByEmail(email: string): Promise<User | undefined> {
    return this.#db.selectFrom("users").selectAll().where("email", "=", email).executeTakeFirst();
  }

  async find(userId: UserId): Promise<User | undefined> {
    return this.#db.selectFrom("users").selectAll().where("userId", "=", userId).executeTakeFirst();
  }

  async rename(userId: UserId, name: string): Promise<void> {
    await this.#db.updateTable("users").set({ name }).where("userId", "=", userId).execute();
  }

  async setInstanceAdmin(userId: UserId, instanceAdminAtMs: number | null): Promise<void> {
    await this.#db.updateTable("users").set({ instanceAdminAtMs }).where("userId", "=", userId).execute();
  }

  /** Who runs the installation, in the order in which they came to. */
  async listInstanceAdmins(): Promise<readonly User[]> {
    return this.#db
      .selectFrom("users")
      .selectAll()
      .where("instanceAdminAtMs", "is not", null)
      .orderBy("instanceAdminAtMs")
      .orderBy("userId")
      .execute();
  }

  async setPasswordHash(userId: UserId, passwordHash: string): Promise<void> {
    await this.#db.updateTable("users").set({ passwordHash }).where("userId", "=", userId).execute();
  }
}
