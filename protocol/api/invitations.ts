import { z } from "zod";
import type { InvitationId, OrgId, ProjectId } from "../ids.ts";
import { displayNameSchema, idSchema } from "../schema.ts";
import { emailSchema, passwordSchema, roleSchema } from "./auth.ts";
import { memberProjectsSchema } from "./members.ts";

/** Somebody who was asked in and has not come yet. */
export const invitationSchema = z.object({
  invitationId: idSchema<InvitationId>(),
  email: z.string(),
  role: roleSchema,
  projects: z.array(idSchema<ProjectId>()).nullable(),
  invitedBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type Invitation = z.infer<typeof invitationSchema>;

export const createInvitationRequestSchema = z.object({
  email: emailSchema,
  role: roleSchema,
  projects: memberProjectsSchema.default(null),
});
export type CreateInvitationRequest = z.input<typeof createInvitationRequestSchema>;

/** Shown once. The secret stands behind `#`, where no server and no log sees it. */
export const createInvitationResponseSchema = z.object({
  invitation: invitationSchema,
  link: z.string(),
  /** What became of the letter with the link; `off`: the operator configured no mail. */
  mail: z.enum(["sent", "failed", "off"]),
});
export type CreateInvitationResponse = z.infer<typeof createInvitationResponseSchema>;

const secret = z.string().trim().min(1).max(200);

/** By POST, because an address is written down in many places. */
export const lookAtInvitationRequestSchema = z.object({ invitationToken: secret });
export type LookAtInvitationRequest = z.infer<typeof lookAtInvitationRequestSchema>;

/** What the holder of the link may know before they accept. */
export const invitationOfferSchema = z.object({
  orgName: z.string(),
  email: z.string(),
  role: roleSchema,
  invitedBy: z.string(),
  expiresAt: z.string(),
  /** The address has an account already: its password is asked instead of a new one. */
  hasAccount: z.boolean(),
});
export type InvitationOffer = z.infer<typeof invitationOfferSchema>;

/** Without a session: makes the account of the invited address, or proves it by its password. */
export const joinRequestSchema = z.object({
  invitationToken: secret,
  /** Of a new account. */
  name: displayNameSchema.optional(),
  password: z.union([passwordSchema, z.string().min(1).max(256)]),
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;

/** With a session of the invited address. */
export const acceptInvitationRequestSchema = z.object({ invitationToken: secret });
export const acceptInvitationResponseSchema = z.object({ orgId: idSchema<OrgId>() });
