import { ProtocolError } from "@yardarm/protocol/errors";
import { normalizeEmail } from "@yardarm/protocol/person-text";
import { AuditChain } from "../audit/audit-chain.ts";
import { nameInstanceAdmin } from "../auth/account/instance-admins.ts";
import type { Config } from "../config.ts";
import { openExistingStorage } from "./open-existing-storage.ts";

/**
 * Makes somebody an administrator of the installation, or takes that away. Works on the database beside a running hub,
 * as `passwordLink` does.
 *
 * @returns the e-mail addresses of all administrators afterwards
 * @throws ProtocolError `not_found` for an address without an account, `storage_unavailable`
 */
export const changeInstanceAdmin = async (
  config: Config,
  typedEmail: string,
  isAdmin: boolean,
): Promise<readonly string[]> => {
  const email = normalizeEmail(typedEmail);
  const storage = await openExistingStorage(config);
  try {
    const audit = new AuditChain({ storage, nowNs: () => BigInt(Date.now()) * 1_000_000n });
    const known = await nameInstanceAdmin({ storage, audit, nowMs: Date.now }, { email, isAdmin });
    if (!known) throw new ProtocolError("not_found", `There is no account with the e-mail address ${email}.`);
    return (await storage.system.users.listInstanceAdmins()).map((user) => user.email);
  } finally {
    await storage.close();
  }
};
