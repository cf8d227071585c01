import type { Me, Role } from "@yardarm/protocol/api/auth";
import type { Member } from "@yardarm/protocol/api/members";
import { asId, type OrgId, type ProjectId, type SessionId, type UserId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { memberControls } from "./member-controls.ts";
import { mayGive, memberMay, reachWords } from "./role-words.ts";

const orgId = asId<OrgId>("org_00000000000000000001");
const project = asId<ProjectId>("prj_00000000000000000001");
const PERMISSIONS: Readonly<Record<Role, readonly string[]>> = {
  owner: ["member.manage", "org.manage"],
  admin: ["member.manage"],
  operator: [],
  viewer: [],
};

const me = (role: Role, projects: readonly ProjectId[] | null = null): Me => ({
  userId: asId<UserId>("usr_00000000000000000001"),
  sessionId: asId<SessionId>("ses_00000000000000000001"),
  name: "Me",
  email: "me@example.com",
  activeOrgId: orgId,
  orgs: [{ orgId, name: "Example", role, approvesHosts: false }],
  projects: projects === null ? null : [...projects],
  instanceAdmin: false,
  permissions: projects === null ? [...PERMISSIONS[role]] : [],
});

const member = (role: Role, self = false): Member => ({
  userId: asId<UserId>(self ? "usr_00000000000000000001" : "usr_00000000000000000002"),
  name: "Somebody",
  email: "somebody@example.com",
  role,
  projects: null,
  joinedAt: "2026-11-21T14:00:00Z",
  self,
});

describe("[IDTY-06] controls of a member's row", () => {
  test("an owner changes, removes and hands over to whoever is below", () => {
    const all = [member("owner", true), member("viewer")];
    expect(memberControls(me("owner"), member("viewer"), all)).toEqual({ change: null, remove: null, handOver: null });
  });

  test("the last owner is kept: everything of theirs is off, with the way out", () => {
    const own = member("owner", true);
    const { change, remove } = memberControls(me("owner"), own, [own, member("admin")]);
    expect([change, remove]).toEqual([
      expect.stringContaining("Hand the organization over first"),
      expect.stringContaining("Hand the organization over first"),
    ]);
    expect(memberControls(me("owner"), own, [own, member("owner")]).remove).toBeNull();
  });

  test("an admin does not touch an owner", () => {
    const all = [member("owner"), member("owner"), member("admin", true)];
    const { change, remove, handOver } = memberControls(me("admin"), member("owner"), all);
    expect(change).toContain("below theirs");
    expect(remove).toContain("below theirs");
    expect(handOver).toBe("Only an owner of the organization may do this.");
  });

  test("a viewer may only leave", () => {
    const all = [member("owner"), member("viewer", true)];
    expect(memberControls(me("viewer"), member("viewer", true), all)).toMatchObject({
      change: "Your role (viewer) does not allow this. Ask an owner or admin.",
      remove: null,
    });
  });

  test("an admin who is limited to projects hears of that, not of the role", () => {
    const all = [member("owner"), member("admin", true)];
    const { change } = memberControls(me("admin", [project]), member("viewer"), all);
    expect(change).toContain("limited to some projects");
  });
});

test("[IDTY-06] nobody gives a role above their own", () => {
  expect(mayGive("admin", "owner")).toBe(false);
  expect(mayGive("admin", "admin")).toBe(true);
  expect(mayGive("owner", "owner")).toBe(true);
  expect(mayGive("member", "viewer")).toBe(false);
});

test("[IDTY-06] what a member may do follows role and projects", () => {
  const row = {
    permission: "member.manage",
    means: "invite",
    roles: ["owner", "admin"] as Role[],
    token: "never",
  } as const;
  const admin = { role: "admin", projects: null } as const;
  const narrowed = { role: "admin", projects: [project] } as const;
  expect(memberMay({ ...row, narrowed: "never" }, admin)).toBe("yes");
  expect(memberMay({ ...row, narrowed: "never" }, narrowed)).toBe("no");
  expect(memberMay({ ...row, narrowed: "project" }, narrowed)).toBe("projects");
  expect(memberMay({ ...row, narrowed: "project" }, { role: "viewer", projects: null })).toBe("no");
  expect(memberMay({ ...row, roles: [], narrowed: "project" }, admin)).toBe("instance");
});

test("[IDTY-04] the reach of a member is named", () => {
  const all = [{ projectId: project, name: "Edge", createdAt: "2026-11-21T14:00:00Z", default: false, hosts: 1 }];
  expect(reachWords(null, all)).toBe("whole organization");
  expect(reachWords([project], all)).toBe("Edge");
  expect(reachWords([asId("prj_00000000000000000009")], all)).toBe("a deleted project");
  expect(reachWords([], all)).toBe("no project");
});
