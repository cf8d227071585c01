import type { HostId, OrgId } from "@yardarm/protocol/ids";
import type { Storage } from "../storage/storage.ts";
import type { AuditChain, AuditPosition, AuditVerdict } from "./audit-chain.ts";

export interface AuditWitnessesOptions {
  readonly storage: Storage;
  readonly chain: AuditChain;
  /** An agent remembers a row that the chain does not have: it was changed, cut or written anew. */
  readonly contradicted: (orgId: OrgId, hostId: HostId, remembered: AuditPosition) => void;
}

/** What `verify` says, with the agents on whose memory it rests. */
export type WitnessedVerdict = AuditVerdict & {
  readonly witnesses: readonly { readonly hostId: HostId; readonly seq: number }[];
};

/**
 * What agents remember of the audit. Every command carries the position of its intent, and each agent keeps the newest that it
 * saw, out of reach of whoever holds the hub's database: a chain whose tail is cut, or that was written anew, does not have it.
 */
export class AuditWitnesses {
  readonly #options: AuditWitnessesOptions;

  constructor(options: AuditWitnessesOptions) {
    this.#options = options;
  }

  /** An agent says what it remembers. */
  async heard(orgId: OrgId, hostId: HostId, remembered: AuditPosition): Promise<void> {
    const { audit, auditWitnesses } = this.#options.storage.org(orgId);
    await auditWitnesses.put({ hostId, ...remembered });
    const [row] = await audit.after(remembered.seq - 1, 1);
    if (row?.seq === remembered.seq && row.hash === remembered.hash) return;
    this.#options.contradicted(orgId, hostId, remembered);
  }

  /**
   * Computes the whole chain anew, or its `newest` rows, and demands what agents remember of them. A tail that was cut shows either
   * way.
   */
  async verify(orgId: OrgId, newest?: number): Promise<WitnessedVerdict> {
    const witnesses = await this.#options.storage.org(orgId).auditWitnesses.list();
    const verdict = await this.#options.chain.verify(orgId, witnesses, newest);
    return { ...verdict, witnesses: witnesses.map(({ hostId, seq }) => ({ hostId, seq })) };
  }
}
