import type { Role } from "@yardarm/protocol/api/auth";
import { isGuarded, type ProtectionScope } from "@yardarm/protocol/container-can";
import { type ErrorCode, ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, OrgId, ProjectId, SessionId, UserId } from "@yardarm/protocol/ids";
import { FILTERED_PERMISSIONS, type Permission, ROLE_PERMISSIONS, verbOf } from "./permissions.ts";

/** A signed-in person, as they are at this moment. Ask for it again rather than keep it. */
export interface Actor {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** The session's active org. */
  readonly orgId: OrgId;
  readonly role: Role;
  /** Projects to which the membership is narrowed; `null`: the whole org. */
  readonly projects: readonly ProjectId[] | null;
  readonly name: string;
  readonly email: string;
}

/** What is asked about. Without `projectId` it is the org as a whole. */
export interface Resource {
  readonly orgId: OrgId;
  readonly projectId?: ProjectId;
  readonly hostId?: HostId;
  /** Of a container; actions on it are checked against it. */
  readonly protection?: ProtectionScope;
}

/** `not_found` where the actor may not even know that it exists. */
export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly code: Extract<ErrorCode, "forbidden" | "not_found" | "protected">;
      readonly reason: string;
    };

const OVERRIDES_PROTECTION: ReadonlySet<Role> = new Set(["admin", "owner"]);

const deny = (code: "forbidden" | "not_found" | "protected", reason: string): Decision => ({
  allowed: false,
  code,
  reason,
});

/** The one evaluator: lists, reads, streams and actions all ask here. Denies whatever no rule allows. */
export const can = (actor: Actor, permission: Permission, resource: Resource): Decision => {
  if (resource.orgId !== actor.orgId) return deny("not_found", "There is no such thing.");
  if (actor.projects !== null) {
    if (resource.projectId === undefined) {
      if (!FILTERED_PERMISSIONS.has(permission)) return deny("forbidden", "Your access is limited to some projects.");
    } else if (!actor.projects.includes(resource.projectId)) {
      return deny("not_found", "There is no such thing.");
    }
  }
  if (!ROLE_PERMISSIONS[actor.role].has(permission)) {
    return deny("forbidden", `The role ${actor.role} does not include ${permission}.`);
  }
  const verb = verbOf(permission);
  const guarded = verb !== undefined && isGuarded(resource.protection ?? "none", verb);
  if (guarded && !OVERRIDES_PROTECTION.has(actor.role)) {
    return deny("protected", "This container is protected: only an admin may do that.");
  }
  return { allowed: true };
};

/** @throws ProtocolError with the code and the reason when `can` says no */
export const demand = (actor: Actor, permission: Permission, resource: Resource): void => {
  const decision = can(actor, permission, resource);
  if (!decision.allowed) throw new ProtocolError(decision.code, decision.reason);
};
