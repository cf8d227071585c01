import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import { recordForAccount } from "../authority/account-audit.ts";

/** What there was to take away. */
export type ResetFactors = { readonly totp: boolean; readonly passkeys: number };

/**
 * For the operator, when somebody lost their authenticator: one-time codes, recovery codes and passkeys go, so that the
 * password alone signs in again. Each of the person's orgs has a row of it.
 *
 * @param email normalised; `null` comes back where no account has it
 */
export const resetSecondFactors = async (
  { storage, audit }: { readonly storage: Storage; readonly audit: AuditChain },
  email: string,
): Promise<ResetFactors | null> => {
  const user = await storage.system.users.findByEmail(email);
  if (user === undefined) return null;
  return storage.transaction(async (scope) => {
    const totp = await scope.system.secondFactors.remove(user.userId);
    const passkeys = await scope.system.passkeys.removeAllOf(user.userId);
    await recordForAccount({ audit, scope }, user, {
      kind: "second_factor.reset",
      actor: { type: "hub", id: null, name: "yardarm user reset-second-factor" },
      address: null,
      details: { email, totp, passkeys },
    });
    return { totp, passkeys };
  });
};
