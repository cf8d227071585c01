/** What browsers' messages mean to the other parts of the hub. */
import type { IncomingMessage } from "node:http";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ActionFeed } from "./actions/action-feed.ts";
import { type Actor, can, demand } from "./auth/can.ts";
import type { SessionCookie } from "./auth/cookies.ts";
import type { OriginCheck } from "./auth/origin.ts";
import type { Sessions } from "./auth/sessions.ts";
import type { Tickets } from "./auth/tickets.ts";
import type { ClientHandlers } from "./gateway/client-session.ts";
import type { LiveMetrics } from "./history/live-metrics.ts";
import { findContainer, resourceOf } from "./http/routes/container-routes.ts";
import type { Fleet } from "./inventory/fleet.ts";
import { subscribeFleet } from "./inventory/fleet-subscription.ts";

export const clientHandlers = (options: {
  readonly fleet: Fleet;
  readonly metrics: LiveMetrics;
  readonly actionFeed: ActionFeed;
}): ClientHandlers => {
  const { fleet, metrics, actionFeed } = options;
  const sees = (actor: Actor, hostId: Parameters<Fleet["host"]>[1]): boolean => {
    const host = fleet.host(actor.orgId, hostId);
    if (host === undefined) return false;
    return can(actor, "fleet.read", { orgId: actor.orgId, projectId: host.projectId, hostId }).allowed;
  };
  return {
    demand,
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

/** Who opens a browser's socket: by ticket, or by cookie from exactly this hub's own pages. */
export const authenticateClient =
  (options: {
    readonly sessions: Sessions;
    readonly tickets: Tickets;
    readonly origin: OriginCheck;
    readonly cookie: SessionCookie;
  }) =>
  async (request: IncomingMessage, ticket: string | null): Promise<Actor> => {
    const { sessions, tickets, origin, cookie } = options;
    let actor: Actor | null;
    if (ticket !== null) {
      actor = await tickets.redeem(ticket);
    } else {
      origin.checkUpgrade({ get: (name) => headerOf(request, name) });
      const token = cookie.read(request.headers.cookie);
      actor = token === null ? null : await sessions.authenticate(token);
    }
    if (actor === null) throw new ProtocolError("unauthenticated", "Sign in first.");
    return actor;
  };

const headerOf = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
};
