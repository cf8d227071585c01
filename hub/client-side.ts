/** What browsers' messages mean to the other parts of the hub. */
import type { IncomingMessage } from "node:http";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { OrgId } from "@yardarm/protocol/ids";
import type { ActionFeed } from "./actions/action-feed.ts";
import { type Actor, can } from "./auth/authority/can.ts";
import type { OriginCheck } from "./auth/request/origin.ts";
import type { Callers } from "./auth/session/callers.ts";
import type { Tickets } from "./auth/session/tickets.ts";
import type { ClientHandlers } from "./gateway/client-session.ts";
import type { LiveMetrics } from "./history/live-metrics.ts";
import { findContainer, resourceOf } from "./http/routes/container-routes.ts";
import type { Fleet } from "./inventory/fleet.ts";
import { subscribeFleet } from "./inventory/fleet-subscription.ts";

export const clientHandlers = (options: {
  readonly fleet: Fleet;
  readonly metrics: LiveMetrics;
  readonly actionFeed: ActionFeed;
  readonly demand: ClientHandlers["demand"];
}): ClientHandlers => {
  const { fleet, metrics, actionFeed } = options;
  const sees = (actor: Actor, hostId: Parameters<Fleet["host"]>[1]): boolean => {
    const host = fleet.host(actor.orgId, hostId);
    if (host === undefined) return false;
    return can(actor, "fleet.read", { orgId: actor.orgId, projectId: host.projectId, hostId }).allowed;
  };
  return {
    demand: options.demand,
    locate: (actor, containerId) => {
      const container = findContainer(fleet, actor, containerId);
      return { resource: resourceOf(fleet, actor, container), hostId: container.hostId };
    },
    subscribeFleet: (actor, send) => {
      const { orgId } = actor;
      const isVisible = { orgId, sees: ({ hostId }: { hostId: Parameters<Fleet["host"]>[1] }) => sees(actor, hostId) };
      const endFleet = subscribeFleet(fleet, isVisible, send);
      const endActions = actionFeed.subscribe(orgId, (action) => {
        if (sees(actor, action.hostId)) send({ type: "action.update", action });
      });
      return () => {
        endFleet();
        endActions();
      };
    },
    subscribeMetrics: (actor, target, send) => {
      const { orgId } = actor;
      if (target !== null) return metrics.subscribe({ orgId, ...target }, send);
      return metrics.subscribeAll(orgId, (tick) => {
        if (sees(actor, tick.hostId)) send(tick);
      });
    },
  };
};

/** Who opens a socket: by ticket, by cookie from exactly this hub's own pages, or by an API token in the header. */
export const authenticateClient =
  (options: {
    readonly callers: Callers;
    readonly tickets: Tickets;
    readonly origin: OriginCheck;
    readonly clientAddress: (request: IncomingMessage) => string;
    /** Called before the socket is admitted, so that no change of rights falls between. */
    readonly follow: (orgId: OrgId) => void;
  }) =>
  async (request: IncomingMessage, ticket: string | null): Promise<Actor> => {
    const { callers, tickets, origin } = options;
    let actor: Actor | null;
    if (ticket !== null) {
      actor = await tickets.redeem(ticket);
    } else {
      const headers = { get: (name: string) => headerOf(request, name) };
      // A program with a token in its header is steered by no other site: a page cannot set that header here.
      if (headers.get("authorization") === null || headers.get("origin") !== null) origin.checkUpgrade(headers);
      actor = await callers.authenticate(headers, options.clientAddress(request));
    }
    if (actor === null) throw new ProtocolError("unauthenticated", "Sign in first.");
    options.follow(actor.orgId);
    return actor;
  };

const headerOf = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
};
