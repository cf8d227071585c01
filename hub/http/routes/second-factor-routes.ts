import {
  confirmTotpRequestSchema,
  factorsSchema,
  recoveryCodesSchema,
  secondFactorRequestSchema,
  totpEnrollmentSchema,
} from "@yardarm/protocol/api/second-factors";
import type { Passkeys } from "../../auth/passkey/passkeys.ts";
import type { Identities } from "../../auth/provider/identities.ts";
import type { SecondFactor } from "../../auth/second-factor/second-factor.ts";
import type { Door } from "../../auth/sign-in/door.ts";
import type { Proofs } from "../../auth/sign-in/proofs.ts";
import type { Storage } from "../../storage/storage.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, publicOperation } from "../operation.ts";
import { provenOperation } from "./proven-operation.ts";
import { clientOf, noContent, ofOrg, requesterOf } from "./requester.ts";

export type SecondFactorRouteOptions = {
  readonly storage: Storage;
  readonly door: Door;
  readonly secondFactor: SecondFactor;
  readonly proofs: Proofs;
  readonly passkeys: Passkeys;
  readonly identities: Identities;
  /** The answer that begins a session. */
  readonly signedIn: (token: string) => Response;
  /** Told of every attempt to sign in, for counting. */
  readonly attempted: (outcome: "accepted" | "refused") => void;
};

/** One-time codes and recovery codes: the second step of signing in, and one's own settings. */
export const secondFactorRoutes = (options: SecondFactorRouteOptions): readonly Operation[] => {
  const { storage, door, secondFactor, proofs, passkeys, identities, signedIn } = options;
  return [
    publicOperation({
      method: "POST",
      path: "/api/auth/second-factor",
      summary: "End a sign-in with a one-time code or a recovery code",
      public: "it is how one signs in; the token of the first step is needed, which lives for five minutes",
      params: NOTHING,
      query: NOTHING,
      body: secondFactorRequestSchema,
      response: null,
      handle: async ({ body, request }) => {
        let outcome: "accepted" | "refused" = "refused";
        try {
          const { token } = await door.finish(body, clientOf(request));
          outcome = "accepted";
          return signedIn(token);
        } finally {
          options.attempted(outcome);
        }
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/auth/factors",
      summary: "How one signs in: password, one-time codes, passkeys, linked identities",
      permission: "account.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: factorsSchema,
      handle: async ({ actor }) => {
        const { userId } = actor;
        const since = await secondFactor.since(userId);
        return {
          status: 200,
          body: {
            hasPassword: (await storage.system.users.find(userId))?.passwordHash !== "",
            totpSince: since === null ? null : new Date(since).toISOString(),
            recoveryCodesLeft: await storage.system.secondFactors.countRecoveryCodes(userId),
            passkeys: await passkeys.list(userId),
            identities: await identities.list(userId),
          },
        };
      },
    }),
    provenOperation(proofs, {
      path: "/api/auth/totp",
      summary: "Begin with one-time codes; the secret is shown once and counts when a code has confirmed it",
      params: NOTHING,
      response: totpEnrollmentSchema,
      handle: async ({ requester }) => ({ status: 201, body: await secondFactor.begin(requester) }),
    }),
    guardedOperation({
      method: "POST",
      path: "/api/auth/totp/confirm",
      summary: "Turn one-time codes on; the recovery codes are shown once",
      permission: "account.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: confirmTotpRequestSchema,
      response: recoveryCodesSchema,
      handle: async ({ actor, body, request }) => ({
        status: 200,
        body: await secondFactor.confirm(requesterOf(actor, request), body.code),
      }),
    }),
    provenOperation(proofs, {
      path: "/api/auth/totp/remove",
      summary: "Turn one-time codes off",
      params: NOTHING,
      response: null,
      handle: async ({ requester }) => {
        await secondFactor.remove(requester);
        return noContent();
      },
    }),
    provenOperation(proofs, {
      path: "/api/auth/recovery-codes",
      summary: "Other recovery codes, shown once; those of before stop working",
      params: NOTHING,
      response: recoveryCodesSchema,
      handle: async ({ requester }) => ({ status: 200, body: await secondFactor.renewRecoveryCodes(requester) }),
    }),
  ];
};
