import type { ActionVerb } from "@yardarm/protocol/action";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Denials } from "./audit/denials.ts";
import { type Actor, can, type Resource } from "./auth/authority/can.ts";
import { type Permission, permissionFor, verbOf } from "./auth/authority/permissions.ts";
import { auditActorOf, type Requester } from "./auth/authority/requester.ts";

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
  const verb = verbOf(permission);
  const { container } = resource;
  const action = verb === undefined || container === undefined ? undefined : { verb, ...container };
  denials.record({ orgId: actor.orgId, actor: auditActorOf(actor), permission, code, address, action });
  throw new ProtocolError(code, reason);
};

/** Somebody may, and did not say that they mean it: a row as for any other refusal. */
export const recordDenied = (
  denials: Denials,
  { actor, address }: Requester,
  { verb, resource: { container } }: { readonly verb: ActionVerb; readonly resource: Resource },
): void => {
  const action = container === undefined ? undefined : { verb, ...container };
  const permission = permissionFor(verb);
  denials.record({
    ...{ orgId: actor.orgId, actor: auditActorOf(actor), address, permission, code: "protected", action },
  });
};
