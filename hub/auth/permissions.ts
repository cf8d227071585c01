import type { ActionVerb } from "@yardarm/protocol/action";
import type { Role } from "@yardarm/protocol/api/auth";

/** Everything that a person can be allowed to do. Every route and every message of a browser names one. */
export const PERMISSIONS = [
  "session.self",
  "fleet.read",
  "logs.read",
  "metrics.read",
  "member.read",
  "container.start",
  "container.stop",
  "container.restart",
  "container.pause",
  "container.unpause",
  "container.kill",
  "host.create",
  "host.manage",
  "audit.read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const VIEWER = ["session.self", "fleet.read", "logs.read", "metrics.read", "member.read"] as const;
const OPERATOR = [
  ...VIEWER,
  "container.start",
  "container.stop",
  "container.restart",
  "container.pause",
  "container.unpause",
  "container.kill",
] as const;
const ADMIN = [...OPERATOR, "host.create", "host.manage", "audit.read"] as const;

/** What a role may do (IDTY-06). What is not listed is denied. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(VIEWER),
  operator: new Set(OPERATOR),
  admin: new Set(ADMIN),
  owner: new Set(ADMIN),
};

/**
 * Asked of the org as a whole by somebody who is narrowed to projects, these are allowed: their answers are filtered
 * item by item with `can`.
 */
export const FILTERED_PERMISSIONS: ReadonlySet<Permission> = new Set(["session.self", "fleet.read"]);

const BY_VERB: Readonly<Record<ActionVerb, Permission>> = {
  START: "container.start",
  STOP: "container.stop",
  RESTART: "container.restart",
  PAUSE: "container.pause",
  UNPAUSE: "container.unpause",
  KILL: "container.kill",
};

export const permissionFor = (verb: ActionVerb): Permission => BY_VERB[verb];

const BY_PERMISSION = new Map<Permission, ActionVerb>(
  (Object.keys(BY_VERB) as ActionVerb[]).map((verb) => [BY_VERB[verb], verb]),
);

/** The verb that a permission is about, if it is about one. */
export const verbOf = (permission: Permission): ActionVerb | undefined => BY_PERMISSION.get(permission);
