import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Actor, Decision, Resource } from "../../auth/authority/can.ts";
import type { Permission } from "../../auth/authority/permissions.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import { resourceOf } from "./container-routes.ts";

/** A reader of a long answer is looked at again this often. */
const RECHECK_MS = 4_000;

export interface LogRights {
  readonly fleet: Fleet;
  readonly can: (actor: Actor, permission: Permission, resource: Resource) => Decision;
  /** The actor as they are now; `null` when they may no longer sign in. */
  readonly recheck: (actor: Actor) => Promise<Actor | null>;
  readonly nowMs: () => number;
}

/**
 * A long answer outlives what its reader may do: rights are looked at again while it is sent. The right to one of the containers
 * gone, the whole answer ends.
 */
export const recheckOf = (
  { fleet, can, recheck, nowMs }: LogRights,
  { actor, containers }: { readonly actor: Actor; readonly containers: readonly Container[] },
): (() => Promise<void>) => {
  let checkedAtMs = nowMs();
  return async () => {
    if (nowMs() - checkedAtMs < RECHECK_MS) return;
    checkedAtMs = nowMs();
    const now = await recheck(actor);
    if (now === null) throw new ProtocolError("unauthenticated", "Sign in first.");
    for (const container of containers) {
      const decision = can(now, "logs.read", resourceOf(fleet, now, container));
      if (!decision.allowed) throw new ProtocolError(decision.code, decision.reason);
    }
  };
};
