import { ACTION_VERBS, type Action, type ActionVerb, actionSchema, isSettled } from "@yardarm/protocol/action";
import { actionRequestSchema, actionResponseSchema } from "@yardarm/protocol/api/actions";
import { listSchema } from "@yardarm/protocol/api/list";
import { isGuarded } from "@yardarm/protocol/container-can";
import { ERROR_CODES, ProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, ContainerId, HostId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { ActionService } from "../../actions/action-service.ts";
import type { Actor, Decision, Resource } from "../../auth/authority/can.ts";
import type { Permission } from "../../auth/authority/permissions.ts";
import type { Requester } from "../../auth/authority/requester.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import type { ActionFilter } from "../../storage/tables/actions.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { containerParams, findContainer, resourceOf, scopeOf } from "./container-routes.ts";
import { ofOrg, requesterOf } from "./requester.ts";

/** A longer action is answered with 202; it goes on, and its state can be asked for. */
const ANSWER_MS = 25_000;
const MAX_PAGE = 200;

const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/, "1 to 200 visible ASCII characters");

const historyQuery = z.strictObject({
  container: idSchema<ContainerId>().optional(),
  host: idSchema<HostId>().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
  /** The last action of the page before. */
  cursor: idSchema<ActionId>().optional(),
});

export type ActionRouteOptions = {
  readonly fleet: Fleet;
  readonly actions: Pick<ActionService, "request" | "find">;
  readonly list: (actor: Actor, filter: ActionFilter) => Promise<readonly Action[]>;
  readonly can: (actor: Actor, permission: Permission, resource: Resource) => Decision;
  readonly permissionFor: (verb: ActionVerb) => Permission;
  /** Somebody who may override asked for a protected container without typing its name. */
  readonly deniedOverride: (requester: Requester, verb: ActionVerb, resource: Resource) => void;
};

/** Acting on containers. */
export const actionRoutes = (options: ActionRouteOptions): readonly Operation[] => {
  const { fleet, actions, permissionFor } = options;
  const answer = (actor: Actor, action: Action) => ({
    status: isSettled(action.state) ? (200 as const) : (202 as const),
    headers: { location: `/api/actions/${action.actionId}` },
    body: {
      status: action.state === "succeeded" ? "SUCCESS" : isSettled(action.state) ? "FAILURE" : "PENDING",
      ...(action.error === null ? {} : { error: action.error.message }),
      action,
      container: fleet.container(actor.orgId, action.containerId) ?? null,
    },
  });

  return [
    guardedOperation({
      method: "POST",
      path: "/api/containers/:containerId/actions",
      summary: "Start, stop, restart, pause, unpause or kill; answers with the agent's verified result",
      permission: (body) => permissionFor(body.action),
      permissions: ACTION_VERBS.map(permissionFor),
      resource: (actor, params) => resourceOf(fleet, actor, findContainer(fleet, actor, params.containerId)),
      params: containerParams,
      query: NOTHING,
      body: actionRequestSchema,
      response: actionResponseSchema,
      handle: async ({ actor, params, body, request }) => {
        const container = findContainer(fleet, actor, params.containerId);
        const isProtected = isGuarded(scopeOf(container), body.action);
        if (isProtected && body.override !== container.name) {
          options.deniedOverride(requesterOf(actor, request), body.action, resourceOf(fleet, actor, container));
          const reason = container.protection?.reason ?? "This container is protected.";
          throw new ProtocolError("protected", `${reason} Give its name as override if you mean it.`);
        }
        const key = request.headers.get("idempotency-key");
        const action = await actions.request(
          {
            requester: { orgId: actor.orgId, userId: actor.userId, name: actor.email, address: request.address },
            container,
            verb: body.action,
            reason: body.reason,
            timeoutSeconds: body.timeoutSeconds ?? null,
            override: isProtected ? container.name : null,
            idempotencyKey: key === null ? null : idempotencyKeySchema.parse(key),
          },
          ANSWER_MS,
        );
        refuseRejected(action);
        return answer(actor, action);
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/actions",
      summary: "Actions that one may see, newest first",
      permission: "fleet.read",
      resource: ofOrg,
      params: NOTHING,
      query: historyQuery,
      body: NO_BODY,
      response: listSchema(actionSchema),
      handle: async ({ actor, query }) => {
        const { container: containerId, host, limit, cursor } = query;
        const before = cursor === undefined ? undefined : await find(actions, actor, cursor);
        const hostIds = fleet.view(actor.orgId).hosts.flatMap(({ hostId, projectId }) => {
          const resource = { orgId: actor.orgId, projectId, hostId };
          return (host ?? hostId) === hostId && options.can(actor, "fleet.read", resource).allowed ? [hostId] : [];
        });
        const found = await options.list(actor, { containerId, hostIds, before, limit: limit + 1 });
        const items = found.slice(0, limit);
        return {
          status: 200,
          body: { items, nextCursor: found.length > limit ? (items.at(-1)?.actionId ?? null) : null },
        };
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/actions/:actionId",
      summary: "One action and how it stands",
      permission: "fleet.read",
      resource: async (actor, params): Promise<Resource> => {
        const action = await find(actions, actor, params.actionId);
        return resourceOf(fleet, actor, findContainer(fleet, actor, action.containerId));
      },
      params: z.object({ actionId: idSchema<ActionId>() }),
      query: NOTHING,
      body: NO_BODY,
      response: actionSchema,
      handle: async ({ actor, params }) => ({ status: 200, body: await find(actions, actor, params.actionId) }),
    }),
  ];
};

const find = async (actions: Pick<ActionService, "find">, actor: Actor, actionId: ActionId): Promise<Action> => {
  const action = await actions.find(actor.orgId, actionId);
  if (action === undefined) throw new ProtocolError("not_found", "There is no such action.");
  return action;
};

/** What was refused before anything was done is no result of an action: it is answered like any other refusal. */
const refuseRejected = ({ state, error }: Action): void => {
  if (error === null || (state !== "rejected" && state !== "expired")) return;
  throw new ProtocolError(ERROR_CODES.find((known) => known === error.code) ?? "conflict", error.message);
};
