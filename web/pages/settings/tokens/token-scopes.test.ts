import type { Me } from "@yardarm/protocol/api/auth";
import type { PermissionRow } from "@yardarm/protocol/api/permissions";
import { asId, type OrgId, type SessionId, type UserId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { scopeChoices } from "./token-scopes.ts";

const orgId = asId<OrgId>("org_00000000000000000001");
const viewer: Me = {
  userId: asId<UserId>("usr_00000000000000000001"),
  sessionId: asId<SessionId>("ses_00000000000000000001"),
  name: "Vera",
  email: "vera@example.com",
  activeOrgId: orgId,
  orgs: [{ orgId, name: "Example", role: "viewer", approvesHosts: false }],
  projects: null,
  instanceAdmin: false,
  permissions: ["session.self", "fleet.read"],
};
const row = (permission: string, token: PermissionRow["token"]): PermissionRow => ({
  permission,
  means: "do something",
  roles: ["owner"],
  narrowed: "filtered",
  token,
});

test("[IDTY-08] a token is offered the scopes of tokens, and those above one's own rights are off with the reason", () => {
  const rows = [row("session.self", "always"), row("fleet.read", "scope"), row("host.create", "scope")];
  expect(scopeChoices(viewer, [...rows, row("member.manage", "never")])).toEqual([
    { permission: "fleet.read", means: "Do something", disabledReason: null },
    { permission: "host.create", means: "Do something", disabledReason: expect.stringContaining("Your role (viewer)") },
  ]);
});
