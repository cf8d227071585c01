import type { ChangePasswordRequest, ResetPasswordRequest } from "@yardarm/protocol/api/auth";
import {
  type acceptInvitationRequestSchema,
  acceptInvitationResponseSchema,
  type InvitationOffer,
  invitationOfferSchema,
  type JoinRequest,
} from "@yardarm/protocol/api/invitations";
import { type SecondFactorNeeded, secondFactorNeededSchema } from "@yardarm/protocol/api/second-factors";
import type { OrgId } from "@yardarm/protocol/ids";
import type { z } from "zod";
import { request, requestMaybe, requestNothing } from "./http.ts";

/** Calls about one's own account: its password, and the ways in. */

export const changePassword = (body: ChangePasswordRequest): Promise<void> =>
  requestNothing("/api/auth/password", { method: "POST", body });

/** Answered alike whether there is such an account or not. */
export const askForPasswordLink = (email: string): Promise<void> =>
  requestNothing("/api/auth/forgot-password", { method: "POST", body: { email } });

export const renameMe = (name: string): Promise<void> => requestNothing("/api/me", { method: "PATCH", body: { name } });

export const resetPassword = (body: ResetPasswordRequest): Promise<void> =>
  requestNothing("/api/auth/reset-password", { method: "POST", body });

/** What the invitation of a link offers. By POST: its secret must not stand in an address. */
export const lookAtInvitation = (invitationToken: string, signal: AbortSignal): Promise<InvitationOffer> =>
  request("/api/invitations/look", invitationOfferSchema, { method: "POST", body: { invitationToken }, signal });

/** Comes in without a session: with a new account, or by the password of the one that the invited address has. */
export const joinByInvitation = (body: JoinRequest): Promise<SecondFactorNeeded | null> =>
  requestMaybe("/api/invitations/join", secondFactorNeededSchema, { method: "POST", body });

/** Comes in with the present session, which must be one of the invited address. */
export const acceptInvitation = (
  body: z.infer<typeof acceptInvitationRequestSchema>,
): Promise<{ readonly orgId: OrgId }> =>
  request("/api/invitations/accept", acceptInvitationResponseSchema, { method: "POST", body });
