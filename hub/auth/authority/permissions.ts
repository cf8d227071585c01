import type { ActionVerb } from "@yardarm/protocol/action";
import { ROLES, type Role } from "@yardarm/protocol/api/auth";
import type { PermissionRow } from "@yardarm/protocol/api/permissions";

type Rule = {
  /** The lowest role that includes it; `instance`: no role of any org, only the instance's administrators. */
  readonly from: Role | "instance";
  readonly narrowed: PermissionRow["narrowed"];
  readonly token: PermissionRow["token"];
  /** The end of "may …". */
  readonly means: string;
};

const rule = (from: Rule["from"], narrowed: Rule["narrowed"], token: Rule["token"], means: string): Rule => ({
  from,
  narrowed,
  token,
  means,
});

/**
 * Everything that a person can be allowed to do. Every route and every message of a browser names one; `can` decides by
 * these rows and nothing else, `docs/permissions.md` and `/api/permissions` are made of them.
 */
const TABLE = {
  "session.self": rule("viewer", "filtered", "always", "see who they are and what they may do"),
  "account.manage": rule("viewer", "filtered", "never", "manage their own account, sessions and memberships"),
  "token.own": rule("viewer", "filtered", "never", "make and revoke API tokens of their own"),
  "fleet.read": rule("viewer", "filtered", "scope", "see projects, hosts, containers and actions"),
  "logs.read": rule("viewer", "filtered", "scope", "read logs"),
  "metrics.read": rule("viewer", "project", "scope", "read metrics"),
  "member.read": rule("viewer", "never", "scope", "see who the members are"),
  "container.start": rule("operator", "project", "scope", "start containers"),
  "container.stop": rule("operator", "project", "scope", "stop containers"),
  "container.restart": rule("operator", "project", "scope", "restart containers"),
  "container.pause": rule("operator", "project", "scope", "pause containers"),
  "container.unpause": rule("operator", "project", "scope", "unpause containers"),
  "container.kill": rule("operator", "project", "scope", "kill containers"),
  "container.override": rule("admin", "project", "scope", "act on protected containers, by typing their name"),
  "host.create": rule("admin", "never", "scope", "add hosts"),
  "host.manage": rule(
    "admin",
    "project",
    "scope",
    "rename, move, remove hosts; approve and replace their agents and keys",
  ),
  "project.manage": rule("admin", "never", "scope", "create, rename and delete projects"),
  "member.manage": rule("admin", "never", "never", "invite members, change their roles up to their own, remove them"),
  "token.manage": rule("admin", "never", "never", "see and revoke every API token of the organization"),
  "retention.manage": rule("admin", "never", "scope", "set for how long logs are kept"),
  "protection.manage": rule("admin", "never", "scope", "make, change and delete rules that protect containers"),
  "audit.read": rule("admin", "never", "scope", "read the audit"),
  "org.manage": rule("owner", "never", "never", "rename the organization, hand it over, have agents approved"),
  "org.create": rule("instance", "filtered", "never", "create organizations"),
} as const satisfies Readonly<Record<string, Rule>>;

export type Permission = keyof typeof TABLE;
export const PERMISSIONS = Object.keys(TABLE) as readonly Permission[];
const RULES: Readonly<Record<Permission, Rule>> = TABLE;

/** Roles from the one that may least. */
const RISING: readonly Role[] = ROLES.toReversed();

/** True when `role` may do everything that `other` may. */
export const isAtLeast = (role: Role, other: Role): boolean => RISING.indexOf(role) >= RISING.indexOf(other);

const permissionsOf = (role: Role): ReadonlySet<Permission> =>
  new Set(
    PERMISSIONS.filter((permission) => {
      const { from } = RULES[permission];
      return from !== "instance" && isAtLeast(role, from);
    }),
  );

/** What a role may do (IDTY-06). What is not listed is denied. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: permissionsOf("viewer"),
  operator: permissionsOf("operator"),
  admin: permissionsOf("admin"),
  owner: permissionsOf("owner"),
};

const withRule = (matches: (row: Rule) => boolean): ReadonlySet<Permission> =>
  new Set(PERMISSIONS.filter((permission) => matches(RULES[permission])));

/** Belong to the instance's administrators and to no role. */
export const INSTANCE_PERMISSIONS: ReadonlySet<Permission> = withRule(({ from }) => from === "instance");

/**
 * Asked of the org as a whole by somebody who is narrowed to projects, these are allowed: their answers are filtered
 * item by item with `can`, or are about the person alone.
 */
export const FILTERED_PERMISSIONS: ReadonlySet<Permission> = withRule(({ narrowed }) => narrowed === "filtered");
/** What somebody who is narrowed to projects may not do anywhere. */
export const WHOLE_ORG_PERMISSIONS: ReadonlySet<Permission> = withRule(({ narrowed }) => narrowed === "never");

/** What every API token may do, and what an API token may be given. The rest needs a person with a session. */
export const TOKEN_ALWAYS: ReadonlySet<Permission> = withRule(({ token }) => token === "always");
export const TOKEN_SCOPES: ReadonlySet<Permission> = withRule(({ token }) => token === "scope");

/** The table as it is shown. */
export const permissionRows = (): readonly PermissionRow[] =>
  PERMISSIONS.map((permission) => ({
    permission,
    means: RULES[permission].means,
    roles: ROLES.filter((role) => ROLE_PERMISSIONS[role].has(permission)),
    narrowed: RULES[permission].narrowed,
    token: RULES[permission].token,
  }));

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
