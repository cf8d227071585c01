import { PASSWORD_RESET_MS } from "@yardarm/protocol/limits";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";

/**
 * The secret of a one-time link (1 h) with which somebody sets a new password, for the operator's eyes or the person's
 * mailbox; earlier ones stop working. Each of the person's orgs has a row that it was given out.
 *
 * @param email normalised; `null` comes back where no account has it
 * @param by how the audit names who gave it out
 */
export const issuePasswordLink = async (
  hub: {
    readonly storage: Storage;
    readonly audit: AuditChain;
    readonly nowMs: () => number;
    readonly random: RandomBytes;
  },
  email: string,
  by: { readonly name: string; readonly address: string | null },
): Promise<string | null> => {
  const { storage, audit, nowMs, random } = hub;
  const user = await storage.system.users.findByEmail(email);
  if (user === undefined) return null;
  const { userId, name } = user;
  const secret = newSecret(random);
  await storage.transaction(async (scope) => {
    const reset = { secretHash: hashSecret(secret), userId, expiresAtMs: nowMs() + PASSWORD_RESET_MS };
    await scope.system.passwordResets.create(reset);
    for (const { orgId } of await scope.system.orgs.listOf(userId)) {
      await audit.appendIn(scope.org(orgId), {
        kind: "password.reset",
        actor: { type: "hub", id: null, name: by.name },
        target: { type: "user", id: userId, name },
        address: by.address,
        reason: null,
        outcome: "pending",
        details: { email },
      });
    }
  });
  return secret;
};
