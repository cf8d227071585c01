import { queryOptions } from "@tanstack/react-query";
import {
  type CreateInvitationRequest,
  type CreateInvitationResponse,
  createInvitationResponseSchema,
  invitationSchema,
} from "@yardarm/protocol/api/invitations";
import { listSchema } from "@yardarm/protocol/api/list";
import { type ChangeMemberRequest, type Member, memberSchema } from "@yardarm/protocol/api/members";
import { permissionRowSchema } from "@yardarm/protocol/api/permissions";
import {
  apiTokenSchema,
  type CreateTokenRequest,
  type CreateTokenResponse,
  createTokenResponseSchema,
} from "@yardarm/protocol/api/tokens";
import type { ApiTokenId, InvitationId, UserId } from "@yardarm/protocol/ids";
import { request, requestNothing } from "./http.ts";

/** Calls about the people of the active organization, and about programs that act for them. */

const membersSchema = listSchema(memberSchema);
const invitationsSchema = listSchema(invitationSchema);
const permissionsSchema = listSchema(permissionRowSchema);
const tokensSchema = listSchema(apiTokenSchema);

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: ({ signal }) => request("/api/members", membersSchema, { signal }),
});

export const changeMember = (userId: UserId, body: ChangeMemberRequest): Promise<Member> =>
  request(`/api/members/${encodeURIComponent(userId)}`, memberSchema, { method: "PATCH", body });

export const removeMember = (userId: UserId): Promise<void> =>
  requestNothing(`/api/members/${encodeURIComponent(userId)}`, { method: "DELETE" });

export const leaveOrg = (): Promise<void> => requestNothing("/api/members/leave", { method: "POST", body: {} });

/** The other becomes owner, oneself an admin. */
export const transferOrg = (userId: UserId): Promise<void> =>
  requestNothing("/api/members/transfer", { method: "POST", body: { userId } });

/** What each role may do. It changes with the hub's version only. */
export const permissionsQuery = queryOptions({
  queryKey: ["permissions"],
  queryFn: ({ signal }) => request("/api/permissions", permissionsSchema, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: ({ signal }) => request("/api/invitations", invitationsSchema, { signal }),
});

export const createInvitation = (body: CreateInvitationRequest): Promise<CreateInvitationResponse> =>
  request("/api/invitations", createInvitationResponseSchema, { method: "POST", body });

export const withdrawInvitation = (invitationId: InvitationId): Promise<void> =>
  requestNothing(`/api/invitations/${encodeURIComponent(invitationId)}`, { method: "DELETE" });

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => request("/api/tokens", tokensSchema, { signal }),
});

export const createToken = (body: CreateTokenRequest): Promise<CreateTokenResponse> =>
  request("/api/tokens", createTokenResponseSchema, { method: "POST", body });

export const revokeToken = (tokenId: ApiTokenId): Promise<void> =>
  requestNothing(`/api/tokens/${encodeURIComponent(tokenId)}`, { method: "DELETE" });
