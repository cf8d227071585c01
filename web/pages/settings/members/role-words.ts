import { ROLES, type Role } from "@yardarm/protocol/api/auth";
import type { PermissionRow } from "@yardarm/protocol/api/permissions";
import type { Project } from "@yardarm/protocol/api/projects";
import type { ProjectId } from "@yardarm/protocol/ids";

/** Roles and what they reach, in words. */

/** What somebody has to know to choose one; the whole table is below the list of members. */
export const ROLE_WORDS: Readonly<Record<Role, { readonly title: string; readonly may: string }>> = {
  owner: { title: "Owner", may: "Everything, including renaming the organization and handing it over." },
  admin: { title: "Admin", may: "Members, hosts, projects and the audit; may override protection." },
  operator: { title: "Operator", may: "Sees everything and starts, stops and restarts containers." },
  viewer: { title: "Viewer", may: "Sees hosts, containers, logs and metrics; changes nothing." },
};

/** True for a role that `own` may give away: nobody gives more than they have. */
export const mayGive = (own: string, role: Role): boolean => {
  const rank = ROLES.indexOf(own as Role);
  return rank !== -1 && ROLES.indexOf(role) >= rank;
};

/** `whole organization`, or the names of the projects that somebody is limited to. */
export const reachWords = (projects: readonly ProjectId[] | null, all: readonly Project[] | undefined): string => {
  if (projects === null) return "whole organization";
  if (projects.length === 0) return "no project";
  if (all === undefined) return `${projects.length} projects`;
  return projects
    .map((projectId) => all.find((project) => project.projectId === projectId)?.name ?? "a deleted project")
    .join(", ");
};

export type May = "yes" | "projects" | "no" | "instance";

/** What a member with this role and reach may do of one row of the table. */
export const memberMay = (
  row: PermissionRow,
  { role, projects }: { readonly role: Role; readonly projects: readonly ProjectId[] | null },
): May => {
  if (row.roles.length === 0) return "instance";
  if (!row.roles.includes(role)) return "no";
  if (projects === null) return "yes";
  return row.narrowed === "never" ? "no" : "projects";
};
