import { queryOptions } from "@tanstack/react-query";
import {
  type AddPasskeyRequest,
  factorsSchema,
  type OidcStartRequest,
  oidcStartSchema,
  type PasskeySignInRequest,
  type Proof,
  passkeyOptionsSchema,
  passkeySchema,
  type RecoveryCodes,
  recoveryCodesSchema,
  type SecondFactorRequest,
  type TotpEnrollment,
  totpEnrollmentSchema,
} from "@yardarm/protocol/api/second-factors";
import type { IdentityId, PasskeyId } from "@yardarm/protocol/ids";
import { request, requestNothing } from "./http.ts";

/** Calls about how one proves who one is: one-time codes, passkeys, the configured provider. */

const post = (body: unknown) => ({ method: "POST", body }) as const;
/** A provider may have to be asked first. */
const PROVIDER_TIMEOUT_MS = 15_000;

export const finishSignIn = (body: SecondFactorRequest): Promise<void> =>
  requestNothing("/api/auth/second-factor", post(body));

export const askForPasskey = async (): Promise<Readonly<Record<string, unknown>>> =>
  (await request("/api/auth/passkey/challenge", passkeyOptionsSchema, post({}))).options;

export const signInWithPasskey = (body: PasskeySignInRequest): Promise<void> =>
  requestNothing("/api/auth/passkey", post(body));

/** Where the browser has to go. */
export const startOidc = async (body: OidcStartRequest): Promise<string> =>
  (await request("/api/auth/oidc", oidcStartSchema, { ...post(body), timeoutMs: PROVIDER_TIMEOUT_MS })).url;

export const linkOidc = async (proof: Proof): Promise<string> =>
  (await request("/api/auth/oidc/link", oidcStartSchema, { ...post(proof), timeoutMs: PROVIDER_TIMEOUT_MS })).url;

export const factorsQuery = queryOptions({
  queryKey: ["factors"],
  queryFn: ({ signal }) => request("/api/auth/factors", factorsSchema, { signal }),
});

export const beginTotp = (proof: Proof): Promise<TotpEnrollment> =>
  request("/api/auth/totp", totpEnrollmentSchema, post(proof));

export const confirmTotp = (code: string): Promise<RecoveryCodes> =>
  request("/api/auth/totp/confirm", recoveryCodesSchema, post({ code }));

export const removeTotp = (proof: Proof): Promise<void> => requestNothing("/api/auth/totp/remove", post(proof));

export const renewRecoveryCodes = (proof: Proof): Promise<RecoveryCodes> =>
  request("/api/auth/recovery-codes", recoveryCodesSchema, post(proof));

export const beginPasskey = async (proof: Proof): Promise<Readonly<Record<string, unknown>>> =>
  (await request("/api/auth/passkeys/challenge", passkeyOptionsSchema, post(proof))).options;

export const addPasskey = (body: AddPasskeyRequest): Promise<unknown> =>
  request("/api/auth/passkeys", passkeySchema, post(body));

export const renamePasskey = (passkeyId: PasskeyId, name: string): Promise<void> =>
  requestNothing(`/api/auth/passkeys/${encodeURIComponent(passkeyId)}`, { method: "PATCH", body: { name } });

export const removePasskey = (passkeyId: PasskeyId, proof: Proof): Promise<void> =>
  requestNothing(`/api/auth/passkeys/${encodeURIComponent(passkeyId)}/remove`, post(proof));

export const unlinkIdentity = (identityId: IdentityId, proof: Proof): Promise<void> =>
  requestNothing(`/api/auth/identities/${encodeURIComponent(identityId)}/remove`, post(proof));
