import { listSchema } from "@yardarm/protocol/api/list";
import {
  type CreateViewRequest,
  createViewRequestSchema,
  type SavedView,
  savedViewSchema,
} from "@yardarm/protocol/api/views";
import type { ViewId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Actor } from "../../auth/authority/can.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { noContent, ofOrg } from "./requester.ts";

/** What the routes need of whoever keeps views. */
export interface KeptViews {
  list(actor: Actor): Promise<readonly SavedView[]>;
  /** MUST throw `conflict` when the person has too many. */
  create(actor: Actor, view: CreateViewRequest): Promise<SavedView>;
  /** MUST throw `not_found` also for the view of somebody else. */
  remove(actor: Actor, viewId: ViewId): Promise<void>;
}

/** Saved views of the logs. */
export const viewRoutes = ({ views }: { readonly views: KeptViews }): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/views",
    summary: "One's own saved views, and those that others share",
    permission: "fleet.read",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    response: listSchema(savedViewSchema),
    handle: async ({ actor }) => ({ status: 200, body: { items: await views.list(actor), nextCursor: null } }),
  }),
  guardedOperation({
    method: "POST",
    path: "/api/views",
    summary: "Save a view of the logs",
    permission: "account.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: createViewRequestSchema,
    response: savedViewSchema,
    handle: async ({ actor, body }) => ({ status: 201, body: await views.create(actor, body) }),
  }),
  guardedOperation({
    method: "DELETE",
    path: "/api/views/:viewId",
    summary: "Remove a saved view of one's own",
    permission: "account.manage",
    resource: ofOrg,
    params: z.object({ viewId: idSchema<ViewId>() }),
    query: NOTHING,
    body: NO_BODY,
    response: null,
    handle: async ({ actor, params }) => {
      await views.remove(actor, params.viewId);
      return noContent();
    },
  }),
];
