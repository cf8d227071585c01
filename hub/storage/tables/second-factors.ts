import type { UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface TotpFactorsTable {
  userId: UserId;
  /** Sealed with the hub's secrets key, which is not in the database. */
  sealedSecret: string;
  createdAtMs: number;
  /** `null`: begun, and never proved by a code. */
  confirmedAtMs: number | null;
  /** The newest time step whose code was used; no code of it or of an earlier one counts again. */
  lastStep: number;
}

export interface RecoveryCodesTable {
  userId: UserId;
  /** SHA-256, hex. A used code is gone. */
  codeHash: string;
}

export interface PendingSignInsTable {
  /** SHA-256 of what the browser holds, hex. */
  tokenHash: string;
  userId: UserId;
  /** How the person proved the first factor, for the audit. */
  firstFactor: string;
  /** SHA-256 of the invitation's secret that is accepted with it. */
  invitationHash: string | null;
  failures: number;
  expiresAtMs: number;
}

export type TotpFactor = Readonly<TotpFactorsTable>;
export type PendingSignIn = Readonly<PendingSignInsTable>;

/** One-time codes of people and what stands in for them. */
export class SystemSecondFactors {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Begins, or begins again what was never confirmed. False when the person has a confirmed one. */
  async begin(factor: Pick<TotpFactor, "userId" | "sealedSecret" | "createdAtMs">): Promise<boolean> {
    const { sealedSecret, createdAtMs } = factor;
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("totpFactors")
      .values({ ...factor, confirmedAtMs: null, lastStep: 0 })
      .onConflict((conflict) =>
        conflict
          .column("userId")
          .doUpdateSet({ sealedSecret, createdAtMs, lastStep: 0 })
          .where("totpFactors.confirmedAtMs", "is", null),
      )
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async find(userId: UserId): Promise<TotpFactor | undefined> {
    return this.#db.selectFrom("totpFactors").selectAll().where("userId", "=", userId).executeTakeFirst();
  }

  async confirm(userId: UserId, confirmedAtMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("totpFactors")
      .set({ confirmedAtMs })
      .where("userId", "=", userId)
      .where("confirmedAtMs", "is", null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Spends a time step, and with it all before; false when it is spent. */
  async useStep(userId: UserId, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("totpFactors")
      .set({ lastStep: step })
      .where("userId", "=", userId)
      .where("lastStep", "<", step)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** The one-time codes and what stands in for them are gone; false when there were none. */
  async remove(userId: UserId): Promise<boolean> {
    await this.#db.deleteFrom("recoveryCodes").where("userId", "=", userId).execute();
    await this.dropPending(userId);
    const { numDeletedRows } = await this.#db
      .deleteFrom("totpFactors")
      .where("userId", "=", userId)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  async replaceRecoveryCodes(userId: UserId, codeHashes: readonly string[]): Promise<void> {
    await this.#db.deleteFrom("recoveryCodes").where("userId", "=", userId).execute();
    await this.#db
      .insertInto("recoveryCodes")
      .values(codeHashes.map((codeHash) => ({ userId, codeHash })))
      .execute();
  }

  async countRecoveryCodes(userId: UserId): Promise<number> {
    const { count } = await this.#db
      .selectFrom("recoveryCodes")
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .where("userId", "=", userId)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Spends a recovery code in one statement; false when it is none. */
  async takeRecoveryCode(userId: UserId, codeHash: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom("recoveryCodes")
      .where("userId", "=", userId)
      .where("codeHash", "=", codeHash)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  async hold(pending: Omit<PendingSignIn, "failures">): Promise<void> {
    await this.#db
      .insertInto("pendingSignIns")
      .values({ ...pending, failures: 0 })
      .execute();
  }

  async findPending(tokenHash: string): Promise<PendingSignIn | undefined> {
    return this.#db.selectFrom("pendingSignIns").selectAll().where("tokenHash", "=", tokenHash).executeTakeFirst();
  }

  /** What was begun with a password that counts no more. */
  async dropPending(userId: UserId): Promise<void> {
    await this.#db.deleteFrom("pendingSignIns").where("userId", "=", userId).execute();
  }

  /** Hands it to one caller and forgets it. */
  async takePending(tokenHash: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom("pendingSignIns")
      .where("tokenHash", "=", tokenHash)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  /** Counts a wrong code; with the last one that is allowed the pending sign-in is gone. */
  async countFailure(tokenHash: string, mostFailures: number): Promise<void> {
    await this.#db
      .updateTable("pendingSignIns")
      .set(({ eb }) => ({ failures: eb("failures", "+", 1) }))
      .where("tokenHash", "=", tokenHash)
      .execute();
    await this.#db
      .deleteFrom("pendingSignIns")
      .where("tokenHash", "=", tokenHash)
      .where("failures", ">=", mostFailures)
      .execute();
  }

  async prune(nowMs: number): Promise<void> {
    await this.#db.deleteFrom("pendingSignIns").where("expiresAtMs", "<=", nowMs).execute();
  }
}
