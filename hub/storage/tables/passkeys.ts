import type { PasskeyId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface PasskeysTable {
  passkeyId: PasskeyId;
  /** The authenticator's own name of the key, base64url. */
  credentialId: string;
  userId: UserId;
  name: string;
  /** COSE, base64url. */
  publicKey: string;
  /** How often the authenticator says it was used; 0 for those that do not count. */
  counter: number;
  transportsJson: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
}

export interface PasskeyChallengesTable {
  /** SHA-256 of the challenge, hex. */
  challengeHash: string;
  /** Who adds a passkey; `null`: somebody who signs in. */
  userId: UserId | null;
  expiresAtMs: number;
}

export type Passkey = Readonly<PasskeysTable>;
export type PasskeyChallenge = Readonly<PasskeyChallengesTable>;

export class SystemPasskeys {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** False when the credential is known already, whoever has it. */
  async create(passkey: Passkey): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("passkeys")
      .values(passkey)
      .onConflict((conflict) => conflict.column("credentialId").doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async listOf(userId: UserId): Promise<readonly Passkey[]> {
    return this.#db
      .selectFrom("passkeys")
      .selectAll()
      .where("userId", "=", userId)
      .orderBy("createdAtMs")
      .orderBy("passkeyId")
      .execute();
  }

  async findByCredential(credentialId: string): Promise<Passkey | undefined> {
    return this.#db.selectFrom("passkeys").selectAll().where("credentialId", "=", credentialId).executeTakeFirst();
  }

  /** False when this person has no such passkey. */
  async rename(userId: UserId, passkeyId: PasskeyId, name: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("passkeys")
      .set({ name })
      .where("userId", "=", userId)
      .where("passkeyId", "=", passkeyId)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Takes it away and tells its name; `undefined` when this person has no such passkey. */
  async remove(userId: UserId, passkeyId: PasskeyId): Promise<{ readonly name: string } | undefined> {
    return this.#db
      .deleteFrom("passkeys")
      .where("userId", "=", userId)
      .where("passkeyId", "=", passkeyId)
      .returning("name")
      .executeTakeFirst();
  }

  async removeAllOf(userId: UserId): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom("passkeys")
      .where("userId", "=", userId)
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }

  /** Notes a use unless another one was faster; false then. */
  async use(passkey: Passkey, use: { readonly counter: number; readonly lastUsedAtMs: number }): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("passkeys")
      .set(use)
      .where("passkeyId", "=", passkey.passkeyId)
      .where("counter", "=", passkey.counter)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async challenge(challenge: PasskeyChallenge): Promise<void> {
    await this.#db.insertInto("passkeyChallenges").values(challenge).execute();
  }

  /** Hands the challenge to one caller and forgets it. The caller checks its time and whose it is. */
  async takeChallenge(challengeHash: string): Promise<PasskeyChallenge | undefined> {
    return this.#db
      .deleteFrom("passkeyChallenges")
      .where("challengeHash", "=", challengeHash)
      .returningAll()
      .executeTakeFirst();
  }

  async prune(nowMs: number): Promise<void> {
    await this.#db.deleteFrom("passkeyChallenges").where("expiresAtMs", "<=", nowMs).execute();
  }
}
