import { randomBytes } from "node:crypto";
import { ProtocolError } from "@yardarm/protocol/errors";
import { normalizeEmail } from "@yardarm/protocol/person-text";
import { AuditChain } from "../audit/audit-chain.ts";
import { issuePasswordLink } from "../auth/password/password-link.ts";
import type { Config } from "../config.ts";
import { openExistingStorage } from "./open-existing-storage.ts";

/**
 * A link with which a person who forgot their password sets a new one. Works on the database beside a running hub, and
 * needs nothing but access to it: whoever has that is the operator.
 *
 * @throws ProtocolError `not_found` for an address without an account, `storage_unavailable`
 */
export const passwordLink = async (config: Config, typedEmail: string): Promise<string> => {
  const email = normalizeEmail(typedEmail);
  const storage = await openExistingStorage(config);
  try {
    const nowMs = Date.now;
    const audit = new AuditChain({ storage, nowNs: () => BigInt(Date.now()) * 1_000_000n });
    const by = { name: "yardarm user reset-password", address: null };
    const secret = await issuePasswordLink({ storage, audit, nowMs, random: randomBytes }, email, by);
    if (secret === null) throw new ProtocolError("not_found", `There is no account with the e-mail address ${email}.`);
    const origin = config.publicUrl?.origin ?? `http://127.0.0.1:${config.port}`;
    return `${origin}/reset-password#token=${secret}`;
  } finally {
    await storage.close();
  }
};
