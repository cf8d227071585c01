import type { HostId, JoinTokenId, OrgId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface JoinTokensTable {
  tokenId: JoinTokenId;
  orgId: OrgId;
  hostId: HostId;
  /** base64url of 32 bytes. The seed itself is known to its holder alone. */
  seedPublicKey: string;
  createdAtMs: number;
  expiresAtMs: number;
  consumedAtMs: number | null;
  /** The key that consumed the token: the same key asking again gets the same answer. */
  agentPublicKey: string | null;
}

export type JoinTokenRow = Readonly<JoinTokensTable>;

export class OrgJoinTokens {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  /** Unspent tokens of the same host stop working: the newest one counts. */
  async create(
    token: Pick<JoinTokenRow, "tokenId" | "hostId" | "seedPublicKey" | "createdAtMs" | "expiresAtMs">,
  ): Promise<void> {
    await this.#db
      .deleteFrom("joinTokens")
      .where("orgId", "=", this.#orgId)
      .where("hostId", "=", token.hostId)
      .where("consumedAtMs", "is", null)
      .execute();
    await this.#db
      .insertInto("joinTokens")
      .values({ ...token, orgId: this.#orgId, consumedAtMs: null, agentPublicKey: null })
      .execute();
  }

  /** Spends the token for this key. False when it is spent, expired or withdrawn. */
  async consume(tokenId: JoinTokenId, spend: { nowMs: number; agentPublicKey: string }): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable("joinTokens")
      .set({ consumedAtMs: spend.nowMs, agentPublicKey: spend.agentPublicKey })
      .where("orgId", "=", this.#orgId)
      .where("tokenId", "=", tokenId)
      .where("consumedAtMs", "is", null)
      .where("expiresAtMs", ">", spend.nowMs)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }
}

export class SystemJoinTokens {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async find(tokenId: JoinTokenId): Promise<JoinTokenRow | undefined> {
    return this.#db.selectFrom("joinTokens").selectAll().where("tokenId", "=", tokenId).executeTakeFirst();
  }
}
