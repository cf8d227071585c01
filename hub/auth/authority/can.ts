import type { Role } from "@yardarm/protocol/api/auth";
import { isGuarded, type ProtectionScope } from "@yardarm/protocol/container-can";
import { type ErrorCode, ProtocolError } from "@yardarm/protocol/errors";
import type { ApiTokenId, ContainerId, HostId, OrgId, ProjectId, SessionId, UserId } from "@yardarm/protocol/ids";
import {
  FILTERED_PERMISSIONS,
  INSTANCE_PERMISSIONS,
  PERMISSIONS,
  type Permission,
  ROLE_PERMISSIONS,
  TOKEN_ALWAYS,
  TOKEN_SCOPES,
  verbOf,
  WHOLE_ORG_PERMISSIONS,
} from "./permissions.ts";

/** What an API token narrows its creator's rights to. */
export interface TokenGrant {
  readonly tokenId: ApiTokenId;
  readonly scopes: ReadonlySet<string>;
}

/** A signed-in person, or a program with their API token, as they are at this moment. Ask for it again rather than keep it. */
export interface Actor {
  readonly userId: UserId;
  /** `null` for an API token. */
  readonly sessionId: SessionId | null;
  /** The session's active org, or the one that the request named. */
  readonly orgId: OrgId;
  readonly role: Role;
  /** Projects to which the membership is narrowed; `null`: the whole org. */
  readonly projects: readonly ProjectId[] | null;
  readonly name: string;
  readonly email: string;
  /** Set for an API token: what is not among its scopes is denied, whatever the role. */
  readonly token?: TokenGrant;
  /** Runs the installation. Grants nothing inside any org. */
  readonly isInstanceAdmin?: boolean;
}

/** What is asked about. Without `projectId` it is the org as a whole. */
export interface Resource {
  readonly orgId: OrgId;
  readonly projectId?: ProjectId;
  readonly hostId?: HostId;
  /** The container itself, where it is about one: for the audit. */
  readonly container?: { readonly containerId: ContainerId; readonly name: string };
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

const deny = (code: "forbidden" | "not_found" | "protected", reason: string): Decision => ({
  allowed: false,
  code,
  reason,
});

/** Why role, instance or token do not include a permission; `null` when they do. */
const lacks = (actor: Actor, permission: Permission): string | null => {
  if (INSTANCE_PERMISSIONS.has(permission)) {
    if (actor.isInstanceAdmin !== true) return `Only an administrator of this installation has ${permission}.`;
  } else if (!ROLE_PERMISSIONS[actor.role].has(permission)) {
    return `The role ${actor.role} does not include ${permission}.`;
  }
  if (actor.token === undefined || TOKEN_ALWAYS.has(permission)) return null;
  if (!TOKEN_SCOPES.has(permission)) return `No API token has ${permission}: sign in for that.`;
  return actor.token.scopes.has(permission) ? null : `This API token does not include ${permission}.`;
};

/** The one evaluator: lists, reads, streams and actions all ask here. Denies whatever no rule allows. */
export const can = (actor: Actor, permission: Permission, resource: Resource): Decision => {
  if (resource.orgId !== actor.orgId) return deny("not_found", "There is no such thing.");
  if (actor.projects !== null) {
    if (resource.projectId !== undefined && !actor.projects.includes(resource.projectId)) {
      return deny("not_found", "There is no such thing.");
    }
    const isTooWide = resource.projectId === undefined && !FILTERED_PERMISSIONS.has(permission);
    if (isTooWide || WHOLE_ORG_PERMISSIONS.has(permission)) {
      return deny("forbidden", "Your access is limited to some projects.");
    }
  }
  const missing = lacks(actor, permission);
  if (missing !== null) return deny("forbidden", missing);
  const verb = verbOf(permission);
  const guarded = verb !== undefined && isGuarded(resource.protection ?? "none", verb);
  if (guarded && lacks(actor, "container.override") !== null) {
    return deny("protected", "This container is protected: only an admin may do that.");
  }
  return { allowed: true };
};

/** @throws ProtocolError with the code and the reason when `can` says no */
export const demand = (actor: Actor, permission: Permission, resource: Resource): void => {
  const decision = can(actor, permission, resource);
  if (!decision.allowed) throw new ProtocolError(decision.code, decision.reason);
};

/** Everything that the actor may do somewhere in their org. */
export const permissionsHeldBy = (actor: Actor): readonly Permission[] =>
  PERMISSIONS.filter((permission) => {
    if (actor.projects !== null && WHOLE_ORG_PERMISSIONS.has(permission)) return false;
    return lacks(actor, permission) === null;
  });
