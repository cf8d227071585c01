import {
  type Retention,
  type RetentionRequest,
  retentionRequestSchema,
  retentionSchema,
} from "@yardarm/protocol/api/retention";
import type { OrgId } from "@yardarm/protocol/ids";
import type { Requester } from "../../auth/authority/requester.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { ofOrg, requesterOf } from "./requester.ts";

export type RetentionRouteOptions = {
  readonly read: (orgId: OrgId) => Promise<Retention>;
  /** Leaves an audit row. */
  readonly change: (requester: Requester, change: RetentionRequest) => Promise<Retention>;
};

/** For how long logs are kept. */
export const retentionRoutes = ({ read, change }: RetentionRouteOptions): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/retention",
    summary: "For how long the organization's logs are kept",
    permission: "fleet.read",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    response: retentionSchema,
    handle: async ({ actor }) => ({ status: 200, body: await read(actor.orgId) }),
  }),
  guardedOperation({
    method: "PATCH",
    path: "/api/retention",
    summary: "Change for how long the organization's logs are kept; lines beyond it go within seconds",
    permission: "retention.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: retentionRequestSchema,
    response: retentionSchema,
    handle: async ({ actor, body, request }) => ({
      status: 200,
      body: await change(requesterOf(actor, request), body),
    }),
  }),
];
