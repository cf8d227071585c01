import { listSchema } from "@yardarm/protocol/api/list";
import { metricsHistorySchema } from "@yardarm/protocol/api/metrics";
import { CONTAINER_STATES, type Container, containerSchema } from "@yardarm/protocol/container";
import { type ProtectionScope, protectionByLabel } from "@yardarm/protocol/container-can";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Actor, Decision, Resource } from "../../auth/authority/can.ts";
import type { Permission } from "../../auth/authority/permissions.ts";
import type { LiveMetrics } from "../../history/live-metrics.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";

const MAX_PAGE = 1000;

export type ContainerRouteOptions = {
  readonly fleet: Fleet;
  readonly metrics: LiveMetrics;
  readonly can: (actor: Actor, permission: Permission, resource: Resource) => Decision;
  readonly nowMs: () => number;
};

export const containerParams = z.object({ containerId: idSchema<ContainerId>() });

/** @throws ProtocolError `not_found` for a container that the actor's org does not have */
export const findContainer = (fleet: Fleet, actor: Actor, containerId: ContainerId): Container => {
  const container = fleet.container(actor.orgId, containerId);
  if (container === undefined) throw new ProtocolError("not_found", "There is no such container.");
  return container;
};

/** How far the container is protected. */
export const scopeOf = ({ protection, isAgent, labels }: Container): ProtectionScope =>
  protection?.scope ?? (isAgent ? "all" : protectionByLabel(labels));

/** What `can` is asked about for a container. */
export const resourceOf = (fleet: Fleet, actor: Actor, container: Container): Resource => {
  const host = fleet.host(actor.orgId, container.hostId);
  if (host === undefined) throw new ProtocolError("not_found", "There is no such container.");
  const { containerId, name } = container;
  return {
    ...{ orgId: actor.orgId, projectId: host.projectId, hostId: host.hostId, container: { containerId, name } },
    protection: scopeOf(container),
  };
};

const listQuery = z.strictObject({
  host: idSchema<HostId>().optional(),
  state: z.enum(CONTAINER_STATES).optional(),
  q: z.string().max(200).optional(),
  /** `name` or `name=value`. */
  label: z.string().max(1000).optional(),
  cursor: idSchema<ContainerId>().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE),
});

type ContainerQuery = Partial<Pick<z.infer<typeof listQuery>, "host" | "state" | "q" | "label">>;

/** True when every condition that is given holds. */
export const matches = (container: Container, query: ContainerQuery): boolean => {
  const { host, state, q, label } = query;
  if (host !== undefined && container.hostId !== host) return false;
  if (state !== undefined && container.state !== state) return false;
  if (q !== undefined) {
    const text = `${container.name}\n${container.image}\n${container.compose?.project ?? ""}`.toLowerCase();
    if (!text.includes(q.toLowerCase())) return false;
  }
  if (label === undefined) return true;
  const [name = "", ...value] = label.split("=");
  const actual = container.labels[name];
  return actual !== undefined && (value.length === 0 || actual === value.join("="));
};

/** Containers and their numbers. */
export const containerRoutes = ({ fleet, metrics, can, nowMs }: ContainerRouteOptions): readonly Operation[] => {
  const ofContainer = (actor: Actor, params: { readonly containerId: ContainerId }): Resource =>
    resourceOf(fleet, actor, findContainer(fleet, actor, params.containerId));

  return [
    guardedOperation({
      method: "GET",
      path: "/api/containers",
      summary: "Containers that one may see, by id; removed ones are left out",
      permission: "fleet.read",
      resource: (actor) => ({ orgId: actor.orgId }),
      params: NOTHING,
      query: listQuery,
      body: NO_BODY,
      response: listSchema(containerSchema),
      handle: async ({ actor, query }) => {
        const found = fleet
          .view(actor.orgId)
          .containers.filter(
            (container) =>
              container.removedAtNs === null &&
              (query.cursor === undefined || container.containerId > query.cursor) &&
              matches(container, query) &&
              can(actor, "fleet.read", resourceOf(fleet, actor, container)).allowed,
          )
          .sort((a, b) => (a.containerId < b.containerId ? -1 : 1));
        const items = found.slice(0, query.limit);
        const nextCursor = found.length > items.length ? (items.at(-1)?.containerId ?? null) : null;
        return { status: 200, body: { items, nextCursor } };
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/containers/:containerId",
      summary: "One container, also one that was removed",
      permission: "fleet.read",
      resource: ofContainer,
      params: containerParams,
      query: NOTHING,
      body: NO_BODY,
      response: containerSchema,
      handle: async ({ actor, params }) => ({ status: 200, body: findContainer(fleet, actor, params.containerId) }),
    }),
    guardedOperation({
      method: "GET",
      path: "/api/containers/:containerId/metrics",
      summary: "The last 15 minutes of a container's numbers",
      permission: "metrics.read",
      resource: ofContainer,
      params: containerParams,
      query: z.strictObject({ range: z.literal("15m").default("15m") }),
      body: NO_BODY,
      response: metricsHistorySchema,
      handle: async ({ params, query }) => ({
        status: 200,
        body: {
          containerId: params.containerId,
          range: query.range,
          ...metrics.history(params.containerId, nowMs(), 15 * 60_000),
        },
      }),
    }),
  ];
};
