import { listSchema } from "@yardarm/protocol/api/list";
import { changeMemberRequestSchema, memberSchema, transferRequestSchema } from "@yardarm/protocol/api/members";
import type { UserId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Members } from "../../auth/org/members.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { noContent, ofOrg, requesterOf } from "./requester.ts";

const memberParams = z.object({ userId: idSchema<UserId>() });

/** Members and their roles. */
export const memberRoutes = ({ members }: { readonly members: Members }): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/members",
    summary: "The members of the organization",
    permission: "member.read",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    response: listSchema(memberSchema),
    handle: async ({ actor }) => ({ status: 200, body: { items: await members.list(actor), nextCursor: null } }),
  }),
  guardedOperation({
    method: "PATCH",
    path: "/api/members/:userId",
    summary: "Change a member's role, or narrow it to projects; their open connections feel it at once",
    permission: "member.manage",
    resource: ofOrg,
    params: memberParams,
    query: NOTHING,
    body: changeMemberRequestSchema,
    response: memberSchema,
    handle: async ({ actor, params, body, request }) => ({
      status: 200,
      body: await members.change(requesterOf(actor, request), params.userId, body),
    }),
  }),
  guardedOperation({
    method: "DELETE",
    path: "/api/members/:userId",
    summary: "Remove a member; what they made API tokens for stops working",
    permission: "member.manage",
    resource: ofOrg,
    params: memberParams,
    query: NOTHING,
    body: NO_BODY,
    response: null,
    handle: async ({ actor, params, request }) => {
      await members.remove(requesterOf(actor, request), params.userId);
      return noContent();
    },
  }),
  guardedOperation({
    method: "POST",
    path: "/api/members/leave",
    summary: "Leave the organization",
    permission: "account.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: z.strictObject({}).optional(),
    response: null,
    handle: async ({ actor, request }) => {
      await members.leave(requesterOf(actor, request));
      return noContent();
    },
  }),
  guardedOperation({
    method: "POST",
    path: "/api/members/transfer",
    summary: "Hand the organization over: the other becomes owner, oneself an admin",
    permission: "org.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: transferRequestSchema,
    response: null,
    handle: async ({ actor, body, request }) => {
      await members.transfer(requesterOf(actor, request), body.userId);
      return noContent();
    },
  }),
];
