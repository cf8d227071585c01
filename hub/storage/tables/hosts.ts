import type { EngineState, Host, Machine } from "@yardarm/protocol/host";
import type { HostId, OrgId, ProjectId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface HostsTable {
  orgId: OrgId;
  hostId: HostId;
  projectId: ProjectId;
  name: string;
  createdAtMs: number;
  /** A removed host keeps its row, so that its agent is told so and the audit can name it. */
  removedAtMs: number | null;
  /** base64url of 32 bytes. */
  agentPublicKey: string | null;
  enrolledAtNs: string | null;
  /** Orders the host's successive connections; the last one given. */
  epoch: number;
  lastSeenAtNs: string | null;
  agentVersion: string | null;
  machineJson: string | null;
  engineJson: string | null;
  metricsBackend: Host["metricsBackend"];
  clockSkewMs: number | null;
  /** A key that is not in force yet; base64url of 32 bytes. */
  nextPublicKey: string | null;
  nextKeyKind: NextKey["kind"] | null;
  nextKeyJson: string | null;
  /** When a second agent of this host was last refused while the first one answered. */
  clonedAtNs: string | null;
}

/**
 * The key that a host has beside the one in force. `approval`: an agent joined with it, and a person has to compare it.
 * `refused`: that person said no; kept so that its agent is told. `rotation`: the agent itself will use it from now on.
 */
export type NextKey = {
  readonly publicKey: string;
  readonly kind: "approval" | "refused" | "rotation";
  /** Of an agent that joined: when, what it calls its machine, and from where. */
  readonly claim: KeyClaim | null;
};

export type KeyClaim = { readonly sinceNs: string; readonly hostname: string; readonly address: string };

export interface HostRecord extends HostReport {
  readonly hostId: HostId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly createdAtMs: number;
  readonly agentPublicKey: string | null;
  readonly enrolledAtNs: string | null;
  readonly lastSeenAtNs: string | null;
  readonly nextKey: NextKey | null;
  readonly clonedAtNs: string | null;
}

/** What the host's agent said of it last. */
export interface HostReport {
  readonly agentVersion: string | null;
  readonly machine: Machine | null;
  readonly engine: EngineState | null;
  readonly metricsBackend: Host["metricsBackend"];
  readonly clockSkewMs: number | null;
}

/** What connecting needs to know of a host, removed or not. */
export interface HostCredential {
  readonly hostId: HostId;
  readonly orgId: OrgId;
  readonly agentPublicKey: string | null;
  readonly enrolledAtNs: string | null;
  readonly removedAtMs: number | null;
  readonly nextPublicKey: string | null;
  readonly nextKeyKind: NextKey["kind"] | null;
}

/** No key waits, and what was said of the key before is over. */
const NO_NEXT_KEY = { nextPublicKey: null, nextKeyKind: null, nextKeyJson: null } as const;

const parse = <Value>(json: string | null): Value | null => (json === null ? null : (JSON.parse(json) as Value));

export class OrgHosts {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async create(host: Pick<HostRecord, "hostId" | "projectId" | "name" | "createdAtMs">): Promise<void> {
    await this.#db
      .insertInto("hosts")
      .values({ ...host, orgId: this.#orgId, epoch: 0 })
      .execute();
  }

  async list(): Promise<readonly HostRecord[]> {
    const rows = await this.#rows().orderBy("createdAtMs").orderBy("hostId").execute();
    return rows.map(toRecord);
  }

  /** `undefined` also for a removed host. */
  async find(hostId: HostId): Promise<HostRecord | undefined> {
    const row = await this.#rows().where("hostId", "=", hostId).executeTakeFirst();
    return row === undefined ? undefined : toRecord(row);
  }

  async rename(hostId: HostId, name: string): Promise<void> {
    await this.#present(hostId).set({ name }).execute();
  }

  async move(hostId: HostId, projectId: ProjectId): Promise<void> {
    await this.#present(hostId).set({ projectId }).execute();
  }

  /** Hosts that were removed go to another project, so that theirs can be deleted. */
  async moveRemoved(fromProjectId: ProjectId, projectId: ProjectId): Promise<void> {
    await this.#db
      .updateTable("hosts")
      .set({ projectId })
      .where("orgId", "=", this.#orgId)
      .where("projectId", "=", fromProjectId)
      .where("removedAtMs", "is not", null)
      .execute();
  }

  /** False when there is no such host, or not any more. The agent's next connection is refused. */
  async remove(hostId: HostId, removedAtMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#present(hostId).set({ removedAtMs }).executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /**
   * Gives the host its agent's key. The time of the first enrollment stays for good.
   *
   * @returns when the host was first enrolled; `undefined` when it was removed
   */
  async setAgentKey(hostId: HostId, key: { agentPublicKey: string; nowNs: string }): Promise<string | undefined> {
    const row = await this.#present(hostId)
      .set((where) => ({
        ...NO_NEXT_KEY,
        clonedAtNs: null,
        agentPublicKey: key.agentPublicKey,
        enrolledAtNs: where.fn.coalesce("enrolledAtNs", where.val(key.nowNs)),
      }))
      .returning("enrolledAtNs")
      .executeTakeFirst();
    return row?.enrolledAtNs ?? undefined;
  }

  /**
   * Keeps the key of an agent that joined until a person approves it; the one in force stays in force.
   *
   * @returns when the host was first enrolled; `undefined` when it was removed
   */
  async holdKey(hostId: HostId, held: { agentPublicKey: string; claim: KeyClaim }): Promise<string | undefined> {
    const row = await this.#present(hostId)
      .set((where) => ({
        nextPublicKey: held.agentPublicKey,
        nextKeyKind: "approval" as const,
        nextKeyJson: JSON.stringify(held.claim),
        enrolledAtNs: where.fn.coalesce("enrolledAtNs", where.val(held.claim.sinceNs)),
      }))
      .returning("enrolledAtNs")
      .executeTakeFirst();
    return row?.enrolledAtNs ?? undefined;
  }

  /** The key that waits for a person is in force from now on. False when it does not wait any more. */
  async approveKey(hostId: HostId, publicKey: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#present(hostId)
      .set({ ...NO_NEXT_KEY, clonedAtNs: null, agentPublicKey: publicKey })
      .where("nextPublicKey", "=", publicKey)
      .where("nextKeyKind", "=", "approval")
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Its agent is told so from now on. False when it does not wait any more. */
  async refuseKey(hostId: HostId, publicKey: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#present(hostId)
      .set({ nextKeyKind: "refused", nextKeyJson: null })
      .where("nextPublicKey", "=", publicKey)
      .where("nextKeyKind", "=", "approval")
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /**
   * The agent with the key in force will use another one. Both are good until the other one has been used.
   *
   * @returns false when `present` is not in force, or the key of an agent that joined waits for a person
   */
  async announceKey(hostId: HostId, keys: { readonly present: string; readonly next: string }): Promise<boolean> {
    const { numUpdatedRows } = await this.#present(hostId)
      .set({ nextPublicKey: keys.next, nextKeyKind: "rotation", nextKeyJson: null })
      .where("agentPublicKey", "=", keys.present)
      .where((where) => where.or([where("nextKeyKind", "is", null), where("nextKeyKind", "!=", "approval")]))
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** The key that its agent announced was used: the earlier one is worth nothing now. False when it was done already. */
  async takeAnnouncedKey(hostId: HostId, publicKey: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#present(hostId)
      .set({ ...NO_NEXT_KEY, clonedAtNs: null, agentPublicKey: publicKey })
      .where("nextPublicKey", "=", publicKey)
      .where("nextKeyKind", "=", "rotation")
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async setCloned(hostId: HostId, clonedAtNs: string): Promise<void> {
    await this.#present(hostId).set({ clonedAtNs }).execute();
  }

  async setReport(hostId: HostId, { machine, engine, ...report }: HostReport): Promise<void> {
    const machineJson = machine === null ? null : JSON.stringify(machine);
    const engineJson = engine === null ? null : JSON.stringify(engine);
    await this.#present(hostId)
      .set({ ...report, machineJson, engineJson })
      .execute();
  }

  async setEngine(hostId: HostId, engine: EngineState): Promise<void> {
    await this.#present(hostId)
      .set({ engineJson: JSON.stringify(engine) })
      .execute();
  }

  async setLastSeen(hostId: HostId, lastSeenAtNs: string): Promise<void> {
    await this.#present(hostId).set({ lastSeenAtNs }).execute();
  }

  #rows() {
    return this.#db.selectFrom("hosts").selectAll().where("orgId", "=", this.#orgId).where("removedAtMs", "is", null);
  }

  #present(hostId: HostId) {
    return this.#db
      .updateTable("hosts")
      .where("orgId", "=", this.#orgId)
      .where("hostId", "=", hostId)
      .where("removedAtMs", "is", null);
  }
}

export class SystemHosts {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async findCredential(hostId: HostId): Promise<HostCredential | undefined> {
    return this.#db
      .selectFrom("hosts")
      .select(["hostId", "orgId", "agentPublicKey", "enrolledAtNs", "removedAtMs", "nextPublicKey", "nextKeyKind"])
      .where("hostId", "=", hostId)
      .executeTakeFirst();
  }

  /** The number of a new connection, or `undefined` when the host was removed or has another key by now. */
  async nextEpoch(hostId: HostId, agentPublicKey: string): Promise<number | undefined> {
    const row = await this.#db
      .updateTable("hosts")
      .set((where) => ({ epoch: where("epoch", "+", 1) }))
      .where("hostId", "=", hostId)
      .where("agentPublicKey", "=", agentPublicKey)
      .where("removedAtMs", "is", null)
      .returning("epoch")
      .executeTakeFirst();
    return row?.epoch;
  }
}

const toRecord = (row: Readonly<HostsTable>): HostRecord => ({
  hostId: row.hostId,
  projectId: row.projectId,
  name: row.name,
  createdAtMs: row.createdAtMs,
  agentPublicKey: row.agentPublicKey,
  enrolledAtNs: row.enrolledAtNs,
  lastSeenAtNs: row.lastSeenAtNs,
  agentVersion: row.agentVersion,
  machine: parse<Machine>(row.machineJson),
  engine: parse<EngineState>(row.engineJson),
  metricsBackend: row.metricsBackend,
  clockSkewMs: row.clockSkewMs,
  nextKey:
    row.nextPublicKey === null || row.nextKeyKind === null
      ? null
      : { publicKey: row.nextPublicKey, kind: row.nextKeyKind, claim: parse<KeyClaim>(row.nextKeyJson) },
  clonedAtNs: row.clonedAtNs,
});
