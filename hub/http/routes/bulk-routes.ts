import type { ActionVerb } from "@yardarm/protocol/action";
import {
  type ActionPlan,
  type BulkAction,
  type BulkRequest,
  bulkRequestSchema,
  bulkSchema,
  type ContainerFilter,
  MOST_BULK_TARGETS,
  planRequestSchema,
  planSchema,
} from "@yardarm/protocol/api/bulk-actions";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { BulkId, ContainerId, OrgId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Actor, Decision, Resource } from "../../auth/authority/can.ts";
import type { Permission } from "../../auth/authority/permissions.ts";
import type { Requester } from "../../auth/authority/requester.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { matches, resourceOf } from "./container-routes.ts";
import { ofOrg, requesterOf } from "./requester.ts";

/** What the routes need of whoever acts on several containers. */
export interface PlannedActions {
  plan(
    actor: Actor,
    containerIds: readonly ContainerId[],
    order: { readonly verb: ActionVerb; readonly timeoutSeconds: number | null },
  ): Promise<ActionPlan>;
  /** MUST throw `not_found` also for the plan of somebody else. */
  begin(requester: Requester, request: BulkRequest): Promise<BulkAction>;
  find(orgId: OrgId, bulkId: BulkId): Promise<BulkAction | undefined>;
}

export type BulkRouteOptions = {
  readonly fleet: Fleet;
  readonly bulk: PlannedActions;
  readonly can: (actor: Actor, permission: Permission, resource: Resource) => Decision;
};

/** Acting on several containers: each target is judged by itself, when it is planned and again when its turn comes. */
export const bulkRoutes = ({ fleet, bulk, can }: BulkRouteOptions): readonly Operation[] => {
  const chosenBy = (actor: Actor, { hostId, projectId, composeProject, ...rest }: ContainerFilter): ContainerId[] => {
    const chosen = fleet.view(actor.orgId).containers.filter((container) => {
      if (container.removedAtNs !== null || !matches(container, { ...rest, host: hostId })) return false;
      if (composeProject !== undefined && container.compose?.project !== composeProject) return false;
      const resource = resourceOf(fleet, actor, container);
      if (projectId !== undefined && resource.projectId !== projectId) return false;
      return can(actor, "fleet.read", resource).allowed;
    });
    if (chosen.length > MOST_BULK_TARGETS) {
      throw new ProtocolError(
        "invalid_request",
        `That is ${chosen.length} containers; at most ${MOST_BULK_TARGETS} can be acted on together.`,
      );
    }
    return chosen.map(({ containerId }) => containerId);
  };

  return [
    guardedOperation({
      method: "POST",
      path: "/api/actions/plan",
      summary: "What an action on several containers would do; does nothing",
      permission: "fleet.read",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: planRequestSchema,
      response: planSchema,
      handle: async ({ actor, body }) => {
        const { action: verb, containerIds, filter, timeoutSeconds = null } = body;
        const chosen = containerIds ?? chosenBy(actor, filter ?? {});
        return { status: 200, body: await bulk.plan(actor, chosen, { verb, timeoutSeconds }) };
      },
    }),
    guardedOperation({
      method: "POST",
      path: "/api/actions/bulk",
      summary: "Carry out one's own plan, once; its progress comes by the actions and by its own address",
      permission: "fleet.read",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: bulkRequestSchema,
      response: bulkSchema,
      handle: async ({ actor, body, request }) => {
        const begun = await bulk.begin(requesterOf(actor, request), body);
        return { status: 202, body: begun, headers: { location: `/api/actions/bulk/${begun.bulkId}` } };
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/actions/bulk/:bulkId",
      summary: "How far an action on several containers is; only targets that one may see",
      permission: "fleet.read",
      resource: ofOrg,
      params: z.object({ bulkId: idSchema<BulkId>() }),
      query: NOTHING,
      body: NO_BODY,
      response: bulkSchema,
      handle: async ({ actor, params }) => {
        const found = await bulk.find(actor.orgId, params.bulkId);
        const targets = found?.targets.filter(({ hostId }) => {
          const projectId = fleet.host(actor.orgId, hostId)?.projectId;
          if (projectId === undefined) return actor.projects === null;
          return can(actor, "fleet.read", { orgId: actor.orgId, projectId, hostId }).allowed;
        });
        if (found === undefined || targets?.length === 0) {
          throw new ProtocolError("not_found", "There is no such bulk action.");
        }
        return { status: 200, body: { ...found, targets } };
      },
    }),
  ];
};
