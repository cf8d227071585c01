import type { IdentityId, SessionId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface LinkedIdentitiesTable {
  identityId: IdentityId;
  userId: UserId;
  issuer: string;
  /** Who it is at the issuer. Unique with the issuer; e-mail addresses never decide. */
  subject: string;
  /** What the issuer calls the person, to show. */
  label: string;
  createdAtMs: number;
}

export interface OidcFlowsTable {
  /** SHA-256 of the secret in the browser's cookie, from which state, nonce and verifier are derived. */
  flowHash: string;
  purpose: "sign-in" | "link" | "join";
  /** Who links, and in which session. */
  userId: UserId | null;
  sessionId: SessionId | null;
  /** SHA-256 of the invitation's secret that is accepted with it. */
  invitationHash: string | null;
  expiresAtMs: number;
}

export type LinkedIdentity = Readonly<LinkedIdentitiesTable>;
export type OidcFlow = Readonly<OidcFlowsTable>;

export class SystemIdentities {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** False when somebody has it, or the person has one of this issuer. */
  async create(identity: LinkedIdentity): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("linkedIdentities")
      .values(identity)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async find(issuer: string, subject: string): Promise<LinkedIdentity | undefined> {
    return this.#db
      .selectFrom("linkedIdentities")
      .selectAll()
      .where("issuer", "=", issuer)
      .where("subject", "=", subject)
      .executeTakeFirst();
  }

  async listOf(userId: UserId): Promise<readonly LinkedIdentity[]> {
    return this.#db
      .selectFrom("linkedIdentities")
      .selectAll()
      .where("userId", "=", userId)
      .orderBy("createdAtMs")
      .execute();
  }

  /** Takes it away; `undefined` when this person has no such identity. */
  async remove(userId: UserId, identityId: IdentityId): Promise<LinkedIdentity | undefined> {
    return this.#db
      .deleteFrom("linkedIdentities")
      .where("userId", "=", userId)
      .where("identityId", "=", identityId)
      .returningAll()
      .executeTakeFirst();
  }

  async beginFlow(flow: OidcFlow): Promise<void> {
    await this.#db.insertInto("oidcFlows").values(flow).execute();
  }

  /** Hands the flow to one caller and forgets it. The caller checks its time. */
  async takeFlow(flowHash: string): Promise<OidcFlow | undefined> {
    return this.#db.deleteFrom("oidcFlows").where("flowHash", "=", flowHash).returningAll().executeTakeFirst();
  }

  async prune(nowMs: number): Promise<void> {
    await this.#db.deleteFrom("oidcFlows").where("expiresAtMs", "<=", nowMs).execute();
  }
}
