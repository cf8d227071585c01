import type { Actor, Resource } from "../../auth/authority/can.ts";
import type { Requester } from "../../auth/authority/requester.ts";
import type { Client } from "../../auth/session/sessions.ts";
import type { RequestInfo } from "../operation.ts";

/** Who asks, and from where. */
export const requesterOf = (actor: Actor, { address }: RequestInfo): Requester => ({ actor, address });

/** The machine that asks, for sessions and limits. */
export const clientOf = (request: RequestInfo): Client => ({
  address: request.address,
  userAgent: request.headers.get("user-agent") ?? "",
});

/** The actor's org as a whole. */
export const ofOrg = (actor: Actor): Resource => ({ orgId: actor.orgId });

export const noContent = (): Response => new Response(null, { status: 204 });
