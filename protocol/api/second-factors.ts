import { z } from "zod";
import type { IdentityId, PasskeyId } from "../ids.ts";
import { displayNameSchema, idSchema } from "../schema.ts";

/** One-time codes, passkeys and linked identities: how a person proves who they are, besides a password. */

/** Six digits of an authenticator, or a recovery code; blanks and dashes do not matter. */
const factorCodeSchema = z.string().trim().min(6).max(40);

/**
 * Asked again before anything here changes: the password, or a code. An account without a password needs neither
 * within ten minutes of signing in.
 */
export const proofSchema = z.strictObject({
  password: z.string().min(1).max(256).optional(),
  code: factorCodeSchema.optional(),
});
export type Proof = z.infer<typeof proofSchema>;

/** The first proof was right and a second one is needed; with the code it becomes a session. */
export const secondFactorNeededSchema = z.object({
  secondFactor: z.object({ token: z.string(), expiresAt: z.string() }),
});
export type SecondFactorNeeded = z.infer<typeof secondFactorNeededSchema>;

export const secondFactorRequestSchema = z.strictObject({ token: z.string().min(1).max(200), code: factorCodeSchema });
export type SecondFactorRequest = z.infer<typeof secondFactorRequestSchema>;

/** Shown once: for the authenticator, as an address and as text. */
export const totpEnrollmentSchema = z.object({ secret: z.string(), uri: z.string() });
export type TotpEnrollment = z.infer<typeof totpEnrollmentSchema>;

export const confirmTotpRequestSchema = z.strictObject({ code: z.string().trim().min(6).max(10) });

/** Shown once. Each works once, in place of a code. */
export const recoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()).readonly() });
export type RecoveryCodes = z.infer<typeof recoveryCodesSchema>;

export const passkeySchema = z.object({
  passkeyId: idSchema<PasskeyId>(),
  name: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
});
export type Passkey = z.infer<typeof passkeySchema>;

export const linkedIdentitySchema = z.object({
  identityId: idSchema<IdentityId>(),
  issuer: z.string(),
  label: z.string(),
  createdAt: z.string(),
});
export type LinkedIdentity = z.infer<typeof linkedIdentitySchema>;

/** `GET /api/auth/factors` */
export const factorsSchema = z.object({
  hasPassword: z.boolean(),
  /** Since when sign-in asks for a one-time code; `null`: it does not. */
  totpSince: z.string().nullable(),
  recoveryCodesLeft: z.number().int().min(0),
  passkeys: z.array(passkeySchema).readonly(),
  identities: z.array(linkedIdentitySchema).readonly(),
});
export type Factors = z.infer<typeof factorsSchema>;

const base64Url = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/, "base64url");

/** What the browser is asked; the options of WebAuthn as JSON. */
export const passkeyOptionsSchema = z.object({ options: z.record(z.string(), z.unknown()) });

const credential = {
  id: base64Url(1_400),
  rawId: base64Url(1_400),
  type: z.literal("public-key"),
};

/** A new passkey as the browser hands it over. */
export const addPasskeyRequestSchema = z.strictObject({
  name: displayNameSchema,
  credential: z.object({
    ...credential,
    response: z.object({
      clientDataJSON: base64Url(8_192),
      attestationObject: base64Url(32_768),
      transports: z.array(z.string().max(20)).max(10).optional(),
    }),
  }),
});
export type AddPasskeyRequest = z.infer<typeof addPasskeyRequestSchema>;

export const passkeySignInRequestSchema = z.strictObject({
  credential: z.object({
    ...credential,
    response: z.object({
      clientDataJSON: base64Url(8_192),
      authenticatorData: base64Url(8_192),
      signature: base64Url(4_096),
      userHandle: base64Url(200).optional(),
    }),
  }),
});
export type PasskeySignInRequest = z.infer<typeof passkeySignInRequestSchema>;

export const renamePasskeyRequestSchema = z.strictObject({ name: displayNameSchema });

/** Where the browser goes next: the sign-in page of the configured provider. */
export const oidcStartSchema = z.object({ url: z.string() });

/** With the secret of an invitation link, coming back accepts it. */
export const oidcStartRequestSchema = z.strictObject({ invitationToken: z.string().trim().min(1).max(200).optional() });
export type OidcStartRequest = z.infer<typeof oidcStartRequestSchema>;

/** How coming back from the provider ended where it did not sign in; part of an address, so no sentence. */
const OIDC_OUTCOMES = [
  "linked",
  "denied",
  "expired",
  "failed",
  "unknown",
  "taken",
  "no_organization",
  "other_address",
  "account_exists",
  "invitation",
  "busy",
] as const;
export const oidcOutcomeSchema = z.enum(OIDC_OUTCOMES);
export type OidcOutcome = z.infer<typeof oidcOutcomeSchema>;
