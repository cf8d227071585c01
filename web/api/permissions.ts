import type { Me } from "@yardarm/protocol/api/auth";

/** Permissions that the interface asks about; the hub decides, this only explains beforehand. */
export type WebPermission = "containers.act" | "containers.override" | "hosts.create";

export const may = (me: Me, permission: WebPermission): boolean => me.permissions.includes(permission);

/** The role in the active organization, as a word for sentences; `member` when the organization is not listed. */
export const roleOf = (me: Me): string => me.orgs.find((org) => org.orgId === me.activeOrgId)?.role ?? "member";
