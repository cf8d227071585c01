import { z } from "zod";
import type { OrgId, SessionId, UserId } from "../ids.ts";
import { idSchema } from "../schema.ts";

export const ROLES = ["owner", "admin", "operator", "viewer"] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

export const emailSchema = z.string().trim().toLowerCase().max(254).email();
export const passwordSchema = z.string().min(12).max(256);

/** The first run: the token that the hub printed makes the first owner and the first organization. */
export const signUpRequestSchema = z.object({
  setupToken: z.string().min(1).max(200),
  name: z.string().trim().min(1).max(100),
  email: emailSchema,
  password: passwordSchema,
  orgName: z.string().trim().min(1).max(100),
});
export type SignUpRequest = z.infer<typeof signUpRequestSchema>;

export const signInRequestSchema = z.object({ email: emailSchema, password: z.string().min(1).max(256) });
export type SignInRequest = z.infer<typeof signInRequestSchema>;

export const meSchema = z.object({
  userId: idSchema<UserId>(),
  sessionId: idSchema<SessionId>(),
  name: z.string(),
  email: z.string(),
  activeOrgId: idSchema<OrgId>(),
  orgs: z.array(z.object({ orgId: idSchema<OrgId>(), name: z.string(), role: roleSchema })),
  permissions: z.array(z.string()),
});
export type Me = z.infer<typeof meSchema>;

/** What anybody may know: whether somebody has to claim this hub first, and whether the connection is plain HTTP. */
export const setupStateSchema = z.object({
  claimed: z.boolean(),
  insecureTransport: z.boolean(),
  version: z.string(),
});
export type SetupState = z.infer<typeof setupStateSchema>;

export const sessionViewSchema = z.object({
  sessionId: idSchema<SessionId>(),
  current: z.boolean(),
  createdAt: z.string(),
  lastUsedAt: z.string(),
  address: z.string(),
  userAgent: z.string(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;
