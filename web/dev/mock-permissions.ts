import { ROLES, type Role } from "@yardarm/protocol/api/auth";
import type { PermissionRow } from "@yardarm/protocol/api/permissions";

/** The mock hub's table of permissions: rows of every kind that the pages tell apart. */

const row = (
  permission: string,
  from: Role | "instance",
  narrowed: PermissionRow["narrowed"],
  token: PermissionRow["token"],
  means: string,
): PermissionRow => ({
  permission,
  means,
  roles: from === "instance" ? [] : ROLES.slice(0, ROLES.indexOf(from) + 1),
  narrowed,
  token,
});

const VERBS = ["start", "stop", "restart", "pause", "unpause", "kill"];

export const MOCK_PERMISSIONS: readonly PermissionRow[] = [
  row("session.self", "viewer", "filtered", "always", "see who they are and what they may do"),
  row("account.manage", "viewer", "filtered", "never", "manage their own account, sessions and memberships"),
  row("token.own", "viewer", "filtered", "never", "make and revoke API tokens of their own"),
  row("fleet.read", "viewer", "filtered", "scope", "see projects, hosts, containers and actions"),
  row("logs.read", "viewer", "filtered", "scope", "read logs"),
  row("metrics.read", "viewer", "project", "scope", "read metrics"),
  row("member.read", "viewer", "never", "scope", "see who the members are"),
  ...VERBS.map((verb) => row(`container.${verb}`, "operator", "project", "scope", `${verb} containers`)),
  row("container.override", "admin", "project", "scope", "act on protected containers, by typing their name"),
  row("host.create", "admin", "never", "scope", "add hosts"),
  row(
    "host.manage",
    "admin",
    "project",
    "scope",
    "rename, move, remove hosts; approve and replace their agents and keys",
  ),
  row("project.manage", "admin", "never", "scope", "create, rename and delete projects"),
  row("member.manage", "admin", "never", "never", "invite members, change their roles, remove them"),
  row("token.manage", "admin", "never", "never", "see and revoke every API token of the organization"),
  row("retention.manage", "admin", "never", "scope", "set for how long logs are kept"),
  row("protection.manage", "admin", "never", "scope", "make, change and delete rules that protect containers"),
  row("audit.read", "admin", "never", "scope", "read the audit"),
  row("org.manage", "owner", "never", "never", "rename the organization, hand it over, have agents approved"),
  row("org.create", "instance", "filtered", "never", "create organizations"),
];

/** What this role may do; the mock's owner is also an administrator of the installation. */
export const permissionsOf = (role: Role): string[] =>
  MOCK_PERMISSIONS.filter(({ roles }) => roles.includes(role) || (roles.length === 0 && role === "owner")).map(
    ({ permission }) => permission,
  );
