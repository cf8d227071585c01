import type { ActionVerb } from "@yardarm/protocol/action";
import type { Me } from "@yardarm/protocol/api/auth";

/** What the signed-in person may do. The hub decides; this only explains beforehand. */

export const mayAct = (me: Me, verb: ActionVerb): boolean => me.permissions.includes(`container.${verb.toLowerCase()}`);

export const mayAddHosts = (me: Me): boolean => me.permissions.includes("host.create");

/** A new command for a host that exists. */
export const mayManageHosts = (me: Me): boolean => me.permissions.includes("host.manage");

/** The role in the active organization, as a word for sentences; `member` when the organization is not listed. */
export const roleOf = (me: Me): string => me.orgs.find((org) => org.orgId === me.activeOrgId)?.role ?? "member";

export const mayReadAudit = (me: Me): boolean => me.permissions.includes("audit.read");

/** Protection gives way to Admin and above (ACTN-05). */
export const mayOverride = (me: Me): boolean => me.permissions.includes("container.override");
