import { ProtocolError } from "@yardarm/protocol/errors";
import type { Denials } from "./audit/denials.ts";
import { type Actor, can, type Resource } from "./auth/can.ts";
import type { Permission } from "./auth/permissions.ts";
import { auditActorOf } from "./auth/requester.ts";

/**
 * Asks the evaluator; a refusal leaves its row before it is thrown.
 *
 * @param address where the request came from; `null` over a socket that stood already
 * @throws ProtocolError with the code and the reason when `can` says no
 */
export const demandOrRecord = (
  denials: Denials,
  ...[actor, permission, resource, address]: [Actor, Permission, Resource, string | null]
): void => {
  const decision = can(actor, permission, resource);
  if (decision.allowed) return;
  const { code, reason } = decision;
  denials.record({ orgId: actor.orgId, actor: auditActorOf(actor), permission, code, address });
  throw new ProtocolError(code, reason);
};
