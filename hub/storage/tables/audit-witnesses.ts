import type { HostId, OrgId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

/** What each host's agent remembers of the org's audit: the newest intent that a command brought it. */
export interface AuditWitnessesTable {
  orgId: OrgId;
  hostId: HostId;
  seq: number;
  /** SHA-256, hex. */
  hash: string;
}

export type AuditWitness = Readonly<Omit<AuditWitnessesTable, "orgId">>;

export class OrgAuditWitnesses {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async list(): Promise<readonly AuditWitness[]> {
    return this.#db
      .selectFrom("auditWitnesses")
      .select(["hostId", "seq", "hash"])
      .where("orgId", "=", this.#orgId)
      .orderBy("hostId")
      .execute();
  }

  /** An agent's word about a newer intent, or another word about the same one, takes the place of what it said before. */
  async put({ hostId, seq, hash }: AuditWitness): Promise<void> {
    await this.#db
      .insertInto("auditWitnesses")
      .values({ orgId: this.#orgId, hostId, seq, hash })
      .onConflict((conflict) =>
        conflict.columns(["orgId", "hostId"]).doUpdateSet({ seq, hash }).where("auditWitnesses.seq", "<=", seq),
      )
      .execute();
  }
}
