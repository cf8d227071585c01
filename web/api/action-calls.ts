import { infiniteQueryOptions } from "@tanstack/react-query";
import { type Action, actionSchema } from "@yardarm/protocol/action";
import {
  type ActionPlan,
  type BulkAction,
  type BulkRequest,
  bulkSchema,
  type PlanRequest,
  planSchema,
} from "@yardarm/protocol/api/bulk-actions";
import { type List, listSchema } from "@yardarm/protocol/api/list";
import type { ActionId, BulkId, ContainerId } from "@yardarm/protocol/ids";
import { request } from "./http.ts";

/** Actions that were, and actions on several containers. */

const actionsSchema = listSchema(actionSchema);
const PER_PAGE = 20;

const getActions = (containerId: ContainerId, cursor: ActionId | null, signal: AbortSignal): Promise<List<Action>> => {
  const query = new URLSearchParams({ container: containerId, limit: String(PER_PAGE) });
  if (cursor !== null) query.set("cursor", cursor);
  return request(`/api/actions?${query}`, actionsSchema, { signal });
};

/** Actions on a container, newest first, page by page. What happens meanwhile comes over the socket. */
export const actionHistoryQuery = (containerId: ContainerId) =>
  infiniteQueryOptions({
    queryKey: ["actions", containerId],
    queryFn: ({ pageParam, signal }) => getActions(containerId, pageParam, signal),
    initialPageParam: null as ActionId | null,
    getNextPageParam: ({ nextCursor }) => nextCursor as ActionId | null,
  });

/** What an action on these would do. Does nothing. */
export const planActions = (body: PlanRequest): Promise<ActionPlan> =>
  request("/api/actions/plan", planSchema, { method: "POST", body });

/** Begins to carry out a plan; asking again for the same one is refused, so that nothing happens twice. */
export const beginBulk = (body: BulkRequest): Promise<BulkAction> =>
  request("/api/actions/bulk", bulkSchema, { method: "POST", body });

export const getBulk = (bulkId: BulkId, signal: AbortSignal): Promise<BulkAction> =>
  request(`/api/actions/bulk/${encodeURIComponent(bulkId)}`, bulkSchema, { signal });
