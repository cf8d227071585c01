import { AuditChain } from "../audit/audit-chain.ts";
import { AuditWitnesses, type WitnessedVerdict } from "../audit/audit-witnesses.ts";
import type { Config } from "../config.ts";
import { openExistingStorage } from "./open-existing-storage.ts";

export type OrgVerdict = { readonly name: string; readonly verdict: WitnessedVerdict };

/**
 * Computes the audit of every org anew, straight from the database: works beside a running hub and does not take its word.
 *
 * @throws ProtocolError `storage_unavailable`
 */
export const verifyAudit = async (config: Config): Promise<readonly OrgVerdict[]> => {
  const storage = await openExistingStorage(config);
  try {
    const chain = new AuditChain({ storage, nowNs: () => BigInt(Date.now()) * 1_000_000n });
    const witnesses = new AuditWitnesses({ storage, chain, contradicted: () => {} });
    const verdicts: OrgVerdict[] = [];
    for (const { orgId, name } of await storage.system.orgs.list()) {
      verdicts.push({ name, verdict: await witnesses.verify(orgId) });
    }
    return verdicts;
  } finally {
    await storage.close();
  }
};
