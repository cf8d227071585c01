import { z } from "zod";
import type { ApiTokenId, UserId } from "../ids.ts";
import { API_TOKEN_DAYS, API_TOKEN_MAX_DAYS } from "../limits.ts";
import { displayNameSchema, idSchema } from "../schema.ts";

/** `yrd_`, 52 characters of base32 (260 random bits), 7 of their CRC-32: what a scanner for leaked secrets looks for. */
export const API_TOKEN_PATTERN: RegExp = /^yrd_[a-z2-7]{59}$/;

export const apiTokenSchema = z.object({
  tokenId: idSchema<ApiTokenId>(),
  name: z.string(),
  /** Whose rights it has: its scopes, as far as this person may do them at that moment. */
  userId: idSchema<UserId>(),
  createdBy: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
  lastUsedFrom: z.string().nullable(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

/** `scopes` are names from `/api/permissions`; one that the creator does not have is refused. */
export const createTokenRequestSchema = z.object({
  name: displayNameSchema,
  scopes: z.array(z.string().max(60)).min(1).max(100),
  days: z.number().int().min(1).max(API_TOKEN_MAX_DAYS).default(API_TOKEN_DAYS),
});
export type CreateTokenRequest = z.input<typeof createTokenRequestSchema>;

/** The token itself is shown this once. It goes into `Authorization: Bearer`, never into an address. */
export const createTokenResponseSchema = z.object({ token: apiTokenSchema, secret: z.string() });
export type CreateTokenResponse = z.infer<typeof createTokenResponseSchema>;
