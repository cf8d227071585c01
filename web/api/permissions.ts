import type { ActionVerb } from "@yardarm/protocol/action";
import type { Me } from "@yardarm/protocol/api/auth";

/** What the signed-in person may do. The hub decides; this only explains beforehand. */

export const mayAct = (me: Me, verb: ActionVerb): boolean => me.permissions.includes(`container.${verb.toLowerCase()}`);

/** The role in the active organization, as a word for sentences; `member` when the organization is not listed. */
export const roleOf = (me: Me): string => me.orgs.find((org) => org.orgId === me.activeOrgId)?.role ?? "member";

export const mayReadAudit = (me: Me): boolean => me.permissions.includes("audit.read");

/** Protection gives way to Admin and above (ACTN-05). */
export const mayOverride = (me: Me): boolean => me.permissions.includes("container.override");

/**
 * Why this person may not do what needs `permission`, as a sentence; `null` when they may. What concerns the whole
 * organization is denied to everybody who is limited to projects, whatever their role.
 */
export const refusalOf = (me: Me, permission: string): string | null => {
  if (me.permissions.includes(permission)) return null;
  if (permission === "org.create") return "Only the administrators of this installation create organizations.";
  if (permission === "org.manage") return "Only an owner of the organization may do this.";
  const isAdmin = roleOf(me) === "owner" || roleOf(me) === "admin";
  if (isAdmin && me.projects !== null) {
    return "You are limited to some projects, and this concerns the whole organization. Ask an owner.";
  }
  return `Your role (${roleOf(me)}) does not allow this. Ask an owner or admin.`;
};
