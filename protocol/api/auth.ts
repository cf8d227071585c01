import { z } from "zod";
import type { OrgId, ProjectId, SessionId, UserId } from "../ids.ts";
import { EMAIL_PATTERN, normalizeEmail } from "../person-text.ts";
import { displayNameSchema, idSchema } from "../schema.ts";

export const ROLES = ["owner", "admin", "operator", "viewer"] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** In the form in which accounts know it (`person-text.ts`). */
export const emailSchema = z
  .string()
  .max(1000)
  .transform(normalizeEmail)
  .pipe(z.string().max(254).regex(EMAIL_PATTERN, "an e-mail address in ASCII"));
export const passwordSchema = z.string().min(12).max(256);
/** A secret out of a link; what it really is, its hash decides. */
const linkSecretSchema = z.string().trim().min(1).max(200);

/**
 * A new person with an organization of their own. The token that the hub printed makes the first owner; without one it
 * is open sign-up, which the operator has to turn on.
 */
export const signUpRequestSchema = z.object({
  setupToken: z.string().min(1).max(200).optional(),
  name: displayNameSchema,
  email: emailSchema,
  password: passwordSchema,
  orgName: displayNameSchema,
});
export type SignUpRequest = z.infer<typeof signUpRequestSchema>;

export const signInRequestSchema = z.object({ email: emailSchema, password: z.string().min(1).max(256) });
export type SignInRequest = z.infer<typeof signInRequestSchema>;

/** Answered alike whether there is such an account or not. */
export const forgottenPasswordRequestSchema = z.object({ email: emailSchema });
export type ForgottenPasswordRequest = z.infer<typeof forgottenPasswordRequestSchema>;

/** One's own name, as others see it. */
export const renameMeRequestSchema = z.object({ name: displayNameSchema });
export type RenameMeRequest = z.infer<typeof renameMeRequestSchema>;

/** The password is asked again, whoever holds the session. */
export const changePasswordRequestSchema = z.object({
  currentPassword: z.string().min(1).max(256),
  newPassword: passwordSchema,
  /** End every other session of this person; open sockets close at once. */
  endOtherSessions: z.boolean(),
});
export type ChangePasswordRequest = z.infer<typeof changePasswordRequestSchema>;

/** With the one-time link that `yardarm user reset-password` printed. Every session of the person ends. */
export const resetPasswordRequestSchema = z.object({ resetToken: linkSecretSchema, newPassword: passwordSchema });
export type ResetPasswordRequest = z.infer<typeof resetPasswordRequestSchema>;

export const meSchema = z.object({
  userId: idSchema<UserId>(),
  /** `null` for a caller with an API token. */
  sessionId: idSchema<SessionId>().nullable(),
  name: z.string(),
  email: z.string(),
  activeOrgId: idSchema<OrgId>(),
  orgs: z.array(
    z.object({
      orgId: idSchema<OrgId>(),
      name: z.string(),
      role: roleSchema,
      /** An agent that joins waits until a person has compared its key. */
      approvesHosts: z.boolean(),
    }),
  ),
  /** Projects to which the person is narrowed in the active organization; `null`: all of it. */
  projects: z.array(idSchema<ProjectId>()).nullable(),
  /** Runs the installation; says nothing about any organization's data. */
  instanceAdmin: z.boolean(),
  /** Names from `/api/permissions`; what may be narrowed to projects still is. */
  permissions: z.array(z.string()),
});
export type Me = z.infer<typeof meSchema>;

/** What anybody may know: whether somebody has to claim this hub first, and whether the connection is plain HTTP. */
export const setupStateSchema = z.object({
  claimed: z.boolean(),
  /** Anybody may sign up, with an organization of their own. */
  openSignUp: z.boolean(),
  insecureTransport: z.boolean(),
  /** The name under which browsers have passkeys for this hub; `null`: they have none. */
  passkeyHost: z.string().nullable(),
  /** The configured sign-in provider; `null`: there is none. */
  oidcName: z.string().nullable(),
  /** Forgotten passwords are helped by mail. */
  sendsMail: z.boolean(),
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
