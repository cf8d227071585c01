import type { BulkId, ContainerId, HostId } from "@yardarm/protocol/ids";

/** Every address of the interface is spelled here. */
export const PATHS = {
  fleet: "/fleet",
  host: "/fleet/$hostId",
  container: "/fleet/$hostId/$containerId",
  logs: "/logs",
  audit: "/audit",
  bulk: "/bulk/$bulkId",
  setup: "/setup",
  signIn: "/sign-in",
  signUp: "/sign-up",
  join: "/join",
  resetPassword: "/reset-password",
  settings: "/settings",
  profile: "/settings/profile",
  organization: "/settings/organization",
  members: "/settings/members",
  invitations: "/settings/invitations",
  projects: "/settings/projects",
  hosts: "/settings/hosts",
  tokens: "/settings/tokens",
  protection: "/settings/protection",
  retention: "/settings/retention",
} as const;

export const hostPath = (hostId: HostId): string => `/fleet/${hostId}`;

export const containerPath = (hostId: HostId, containerId: ContainerId): string => `/fleet/${hostId}/${containerId}`;

/** An action on several containers, and how far it is. */
export const bulkPath = (bulkId: BulkId): string => `/bulk/${bulkId}`;

/** Where to go after signing in: only a path of this interface, never another site's. */
export const safeNext = (next: string | undefined): string =>
  next !== undefined && /^\/(?![/\\])/.test(next) ? next : PATHS.fleet;
