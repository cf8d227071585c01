import type { HubId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface InstanceTable {
  /** Always 1: there is one row. */
  singleton: number;
  hubId: HubId;
  keySet: string;
  nonceKey: string;
  createdAtMs: number;
  setupTokenHash: string | null;
  claimedAtMs: number | null;
}

/** What the installation knows of itself. */
export interface Instance {
  readonly hubId: HubId;
  /** The exact text of the public key set that agents pinned. */
  readonly keySet: string;
  /** Authenticates the hub's own connect nonces (base64url of 32 bytes); worthless without an agent's key. */
  readonly nonceKey: string;
  /** SHA-256 of the setup token, hex, while nobody has claimed the hub. */
  readonly setupTokenHash: string | null;
  readonly claimedAtMs: number | null;
}

export class SystemInstance {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async find(): Promise<Instance | undefined> {
    return this.#db
      .selectFrom("instance")
      .select(["hubId", "keySet", "nonceKey", "setupTokenHash", "claimedAtMs"])
      .executeTakeFirst();
  }

  /** Creates the row; when another node was faster, its row stays. Read it with `find` afterwards. */
  async create(
    instance: Omit<Instance, "claimedAtMs" | "setupTokenHash"> & { readonly createdAtMs: number },
  ): Promise<void> {
    await this.#db
      .insertInto("instance")
      .values({ singleton: 1, ...instance, setupTokenHash: null, claimedAtMs: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** Remembers the public key set that the key file holds by now. */
  async setKeySet(keySet: string): Promise<void> {
    await this.#db.updateTable("instance").set({ keySet }).execute();
  }

  /** Replaces the setup token of a hub that nobody has claimed; false when somebody has. */
  async offerSetupToken(setupTokenHash: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("instance")
      .set({ setupTokenHash })
      .where("claimedAtMs", "is", null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Claims the hub once. `setupTokenHash: null` is for the operator's own configuration and needs no token. */
  async claim(claim: { readonly setupTokenHash: string | null; readonly claimedAtMs: number }): Promise<boolean> {
    let update = this.#db
      .updateTable("instance")
      .set({ claimedAtMs: claim.claimedAtMs, setupTokenHash: null })
      .where("claimedAtMs", "is", null);
    if (claim.setupTokenHash !== null) update = update.where("setupTokenHash", "=", claim.setupTokenHash);
    const { numUpdatedRows } = await update.executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }
}
