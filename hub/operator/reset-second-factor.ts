import { ProtocolError } from "@yardarm/protocol/errors";
import { normalizeEmail } from "@yardarm/protocol/person-text";
import { AuditChain } from "../audit/audit-chain.ts";
import { type ResetFactors, resetSecondFactors } from "../auth/second-factor/reset-second-factors.ts";
import type { Config } from "../config.ts";
import { openExistingStorage } from "./open-existing-storage.ts";

/**
 * Takes the second factors of a person away who lost them. Works on the database beside a running hub, as
 * `passwordLink` does.
 *
 * @throws ProtocolError `not_found` for an address without an account, `storage_unavailable`
 */
export const resetSecondFactor = async (config: Config, typedEmail: string): Promise<ResetFactors> => {
  const email = normalizeEmail(typedEmail);
  const storage = await openExistingStorage(config);
  try {
    const audit = new AuditChain({ storage, nowNs: () => BigInt(Date.now()) * 1_000_000n });
    const reset = await resetSecondFactors({ storage, audit }, email);
    if (reset === null) throw new ProtocolError("not_found", `There is no account with the e-mail address ${email}.`);
    return reset;
  } finally {
    await storage.close();
  }
};
