import {
  addPasskeyRequestSchema,
  passkeyOptionsSchema,
  passkeySchema,
  passkeySignInRequestSchema,
  renamePasskeyRequestSchema,
} from "@yardarm/protocol/api/second-factors";
import type { PasskeyId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Passkeys } from "../../auth/passkey/passkeys.ts";
import type { Proofs } from "../../auth/sign-in/proofs.ts";
import { NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, publicOperation } from "../operation.ts";
import { provenOperation } from "./proven-operation.ts";
import { clientOf, noContent, ofOrg, requesterOf } from "./requester.ts";

export type PasskeyRouteOptions = {
  readonly passkeys: Passkeys;
  readonly proofs: Proofs;
  /** The answer that begins a session. */
  readonly signedIn: (token: string) => Response;
  /** Told of every attempt to sign in, for counting. */
  readonly attempted: (outcome: "accepted" | "refused") => void;
};

const ofPasskey = z.object({ passkeyId: idSchema<PasskeyId>() });

/** Passkeys: signing in with one, and one's own. */
export const passkeyRoutes = (options: PasskeyRouteOptions): readonly Operation[] => {
  const { passkeys, proofs, signedIn } = options;
  return [
    publicOperation({
      method: "POST",
      path: "/api/auth/passkey/challenge",
      summary: "What the browser needs to sign in with a passkey; the challenge counts once, for five minutes",
      public: "nobody can be signed in before",
      params: NOTHING,
      query: NOTHING,
      body: z.strictObject({}).optional(),
      response: passkeyOptionsSchema,
      handle: async ({ request }) => ({
        status: 200,
        body: { options: await passkeys.beginSignIn(clientOf(request)) },
      }),
    }),
    publicOperation({
      method: "POST",
      path: "/api/auth/passkey",
      summary: "Sign in with a passkey, which counts as both factors",
      public: "it is how one signs in",
      params: NOTHING,
      query: NOTHING,
      body: passkeySignInRequestSchema,
      response: null,
      handle: async ({ body, request }) => {
        let outcome: "accepted" | "refused" = "refused";
        try {
          const { token } = await passkeys.signIn(body, clientOf(request));
          outcome = "accepted";
          return signedIn(token);
        } finally {
          options.attempted(outcome);
        }
      },
    }),
    provenOperation(proofs, {
      path: "/api/auth/passkeys/challenge",
      summary: "What the browser needs to make a passkey",
      params: NOTHING,
      response: passkeyOptionsSchema,
      handle: async ({ requester }) => ({ status: 200, body: { options: await passkeys.beginAdding(requester) } }),
    }),
    guardedOperation({
      method: "POST",
      path: "/api/auth/passkeys",
      summary: "Add the passkey that the browser made",
      permission: "account.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: addPasskeyRequestSchema,
      response: passkeySchema,
      handle: async ({ actor, body, request }) => ({
        status: 201,
        body: await passkeys.add(requesterOf(actor, request), body),
      }),
    }),
    guardedOperation({
      method: "PATCH",
      path: "/api/auth/passkeys/:passkeyId",
      summary: "Call a passkey something else",
      permission: "account.manage",
      resource: ofOrg,
      params: ofPasskey,
      query: NOTHING,
      body: renamePasskeyRequestSchema,
      response: null,
      handle: async ({ actor, params, body, request }) => {
        await passkeys.rename(requesterOf(actor, request), params.passkeyId, body.name);
        return noContent();
      },
    }),
    provenOperation(proofs, {
      path: "/api/auth/passkeys/:passkeyId/remove",
      summary: "Remove a passkey",
      params: ofPasskey,
      response: null,
      handle: async ({ requester, params }) => {
        await passkeys.remove(requester, params.passkeyId);
        return noContent();
      },
    }),
  ];
};
