import type { OrgId } from "@yardarm/protocol/ids";
import type { EngineTraits } from "../engine-traits.ts";
import type { Db } from "../schema.ts";

/** Append-only by triggers. What the columns say, `body` says too: `hub/audit` checks that they agree. */
export interface AuditTable {
  orgId: OrgId;
  /** From 1, without holes. */
  seq: number;
  atNs: string;
  kind: string;
  actorId: string | null;
  targetId: string | null;
  /** The exact text that was hashed. */
  body: string;
  /** SHA-256, hex. */
  hash: string;
}

/** The last row of each org's chain; locked while a row is appended. */
export interface AuditHeadsTable {
  orgId: OrgId;
  seq: number;
  hash: string;
}

export type StoredAuditRow = Readonly<Omit<AuditTable, "orgId">>;
export type AuditHead = Pick<StoredAuditRow, "seq" | "hash">;

export interface AuditFilter {
  readonly kinds?: readonly string[] | undefined;
  readonly actorId?: string | undefined;
  readonly targetId?: string | undefined;
  /** Inclusive. */
  readonly sinceNs?: bigint | undefined;
  /** Exclusive. */
  readonly untilNs?: bigint | undefined;
}

export class OrgAudit {
  readonly #db: Db;
  readonly #orgId: OrgId;
  readonly #traits: EngineTraits;

  constructor(db: Db, orgId: OrgId, traits: EngineTraits) {
    this.#db = db;
    this.#orgId = orgId;
    this.#traits = traits;
  }

  /** Starts an org's chain before its first row; a chain that has begun stays as it is. */
  async start(hash: string): Promise<void> {
    await this.#db
      .insertInto("auditHeads")
      .values({ orgId: this.#orgId, seq: 0, hash })
      .onConflict((conflict) => conflict.column("orgId").doNothing())
      .execute();
  }

  /** The head, held against every other writer until the surrounding transaction ends: MUST run inside one. */
  async lockHead(): Promise<AuditHead | undefined> {
    let query = this.#db.selectFrom("auditHeads").select(["seq", "hash"]).where("orgId", "=", this.#orgId);
    if (this.#traits.locksRows) query = query.forUpdate();
    return query.executeTakeFirst();
  }

  async head(): Promise<AuditHead | undefined> {
    return this.#db
      .selectFrom("auditHeads")
      .select(["seq", "hash"])
      .where("orgId", "=", this.#orgId)
      .executeTakeFirst();
  }

  /** Adds the row after the head and makes it the head. */
  async append(row: StoredAuditRow): Promise<void> {
    await this.#db
      .insertInto("audit")
      .values({ ...row, orgId: this.#orgId })
      .execute();
    await this.#db
      .updateTable("auditHeads")
      .set({ seq: row.seq, hash: row.hash })
      .where("orgId", "=", this.#orgId)
      .execute();
  }

  /** Rows after `seq`, oldest first. */
  async after(seq: number, limit: number, filter: AuditFilter = {}): Promise<readonly StoredAuditRow[]> {
    return this.#rows(filter).where("seq", ">", seq).orderBy("seq").limit(limit).execute();
  }

  /** Rows before `seq` (null: from the end), newest first. */
  async before(seq: number | null, limit: number, filter: AuditFilter = {}): Promise<readonly StoredAuditRow[]> {
    let query = this.#rows(filter).orderBy("seq", "desc").limit(limit);
    if (seq !== null) query = query.where("seq", "<", seq);
    return query.execute();
  }

  #rows({ kinds, actorId, targetId, sinceNs, untilNs }: AuditFilter) {
    let query = this.#db
      .selectFrom("audit")
      .select(["seq", "atNs", "kind", "actorId", "targetId", "body", "hash"])
      .where("orgId", "=", this.#orgId);
    if (kinds !== undefined) query = query.where("kind", "in", kinds);
    if (actorId !== undefined) query = query.where("actorId", "=", actorId);
    if (targetId !== undefined) query = query.where("targetId", "=", targetId);
    if (sinceNs !== undefined) query = query.where("atNs", ">=", instantText(sinceNs));
    if (untilNs !== undefined) query = query.where("atNs", "<", instantText(untilNs));
    return query;
  }
}

/** Instants are stored as decimal text, all of one length until the year 2286: so is what they are compared with. */
const instantText = (ns: bigint): string => (ns < 0n ? "0" : ns.toString()).padStart(19, "0");
