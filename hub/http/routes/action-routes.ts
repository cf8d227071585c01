import { ACTION_VERBS, type Action, type ActionVerb, actionSchema, isSettled } from "@yardarm/protocol/action";
import { actionRequestSchema, actionResponseSchema } from "@yardarm/protocol/api/actions";
import { isGuarded, protectionByLabel } from "@yardarm/protocol/container-can";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ActionId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { ActionService } from "../../actions/action-service.ts";
import type { Actor, Resource } from "../../auth/can.ts";
import type { Permission } from "../../auth/permissions.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { containerParams, findContainer, resourceOf } from "./container-routes.ts";

/** A longer action is answered with 202; it goes on, and its state can be asked for. */
const ANSWER_MS = 25_000;

const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/, "1 to 200 visible ASCII characters");

export type ActionRouteOptions = {
  readonly fleet: Fleet;
  readonly actions: ActionService;
  readonly permissionFor: (verb: ActionVerb) => Permission;
};

/** Acting on containers. */
export const actionRoutes = ({ fleet, actions, permissionFor }: ActionRouteOptions): readonly Operation[] => {
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
        const protection = container.isAgent ? "all" : protectionByLabel(container.labels);
        const override = isGuarded(protection, body.action);
        if (override && body.override !== container.name) {
          throw new ProtocolError(
            "protected",
            "This container is protected: give its name as override if you mean it.",
          );
        }
        const key = request.headers.get("idempotency-key");
        const action = await actions.request(
          {
            requester: { orgId: actor.orgId, userId: actor.userId, name: actor.email, address: request.address },
            container,
            verb: body.action,
            reason: body.reason,
            timeoutSeconds: body.timeoutSeconds ?? null,
            override,
            idempotencyKey: key === null ? null : idempotencyKeySchema.parse(key),
          },
          ANSWER_MS,
        );
        return answer(actor, action);
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

const find = async (actions: ActionService, actor: Actor, actionId: ActionId): Promise<Action> => {
  const action = await actions.find(actor.orgId, actionId);
  if (action === undefined) throw new ProtocolError("not_found", "There is no such action.");
  return action;
};
