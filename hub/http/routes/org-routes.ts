import { listSchema } from "@yardarm/protocol/api/list";
import {
  changeOrgRequestSchema,
  orgRequestSchema,
  orgSchema,
  switchOrgRequestSchema,
} from "@yardarm/protocol/api/orgs";
import type { OrgId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Orgs } from "../../auth/org/orgs.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { ofOrg, requesterOf } from "./requester.ts";

export type OrgRouteOptions = {
  readonly orgs: Orgs;
  /** The operator lets every member create organizations, not only the instance's administrators. */
  readonly anybodyCreates: boolean;
  /** The answer that replaces the session's cookie. */
  readonly signedIn: (token: string) => Response;
};

/** Organizations: one's own, and the active one. */
export const orgRoutes = ({ orgs, anybodyCreates, signedIn }: OrgRouteOptions): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/orgs",
    summary: "The organizations of which one is a member",
    permission: "session.self",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    response: listSchema(orgSchema),
    handle: async ({ actor }) => ({ status: 200, body: { items: await orgs.list(actor), nextCursor: null } }),
  }),
  guardedOperation({
    method: "POST",
    path: "/api/orgs",
    summary: "Create an organization and own it",
    permission: anybodyCreates ? "account.manage" : "org.create",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: orgRequestSchema,
    response: orgSchema,
    handle: async ({ actor, body, request }) => ({
      status: 201,
      body: await orgs.create(requesterOf(actor, request), body.name),
    }),
  }),
  guardedOperation({
    method: "POST",
    path: "/api/orgs/switch",
    summary: "Work in another of one's organizations",
    permission: "account.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: switchOrgRequestSchema,
    response: null,
    handle: async ({ actor, body }) => signedIn(await orgs.switchTo(actor, body.orgId)),
  }),
  guardedOperation({
    method: "PATCH",
    path: "/api/orgs/:orgId",
    summary: "Rename the active organization, or say whether agents that join wait for approval",
    permission: "org.manage",
    resource: (_actor, { orgId }) => ({ orgId }),
    params: z.object({ orgId: idSchema<OrgId>() }),
    query: NOTHING,
    body: changeOrgRequestSchema,
    response: orgSchema,
    handle: async ({ actor, body, request }) => ({
      status: 200,
      body: await orgs.change(requesterOf(actor, request), body),
    }),
  }),
];
