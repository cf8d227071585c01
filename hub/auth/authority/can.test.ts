import { ROLES, type Role } from "@yardarm/protocol/api/auth";
import { type ApiTokenId, asId, type OrgId, type ProjectId, type SessionId, type UserId } from "@yardarm/protocol/ids";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Actor, can, demand, permissionsHeldBy, type Resource, type TokenGrant } from "./can.ts";
import {
  FILTERED_PERMISSIONS,
  INSTANCE_PERMISSIONS,
  PERMISSIONS,
  permissionFor,
  ROLE_PERMISSIONS,
  TOKEN_SCOPES,
  WHOLE_ORG_PERMISSIONS,
} from "./permissions.ts";

const org = asId<OrgId>("org_a");
const project = asId<ProjectId>("prj_a");
const actor = (role: Role, projects: readonly ProjectId[] | null = null): Actor => ({
  userId: asId<UserId>("usr_a"),
  sessionId: asId<SessionId>("ses_a"),
  orgId: org,
  role,
  projects,
  name: "A",
  email: "a@example.com",
});
const allowed = (role: Role, permission: (typeof PERMISSIONS)[number], resource: Partial<Resource> = {}) =>
  can(actor(role), permission, { orgId: org, projectId: project, ...resource }).allowed;

describe("[IDTY-06] roles", () => {
  test.each([
    ["viewer", "logs.read", true],
    ["viewer", "container.restart", false],
    ["viewer", "host.create", false],
    ["operator", "container.restart", true],
    ["operator", "container.kill", true],
    ["operator", "host.create", false],
    ["operator", "audit.read", false],
    ["admin", "host.create", true],
    ["admin", "audit.read", true],
    ["owner", "host.manage", true],
  ] as const)("%s %s: %s", (role, permission, expected) => {
    expect(allowed(role, permission)).toBe(expected);
  });

  test("each role includes the one below", () => {
    const [owner = [], admin = [], operator = [], viewer = []] = ROLES.map((role) => [...ROLE_PERMISSIONS[role]]);
    expect(operator).toEqual(expect.arrayContaining(viewer));
    expect(admin).toEqual(expect.arrayContaining(operator));
    expect(owner).toEqual(expect.arrayContaining(admin));
    expect([...owner, ...INSTANCE_PERMISSIONS].toSorted()).toEqual(PERMISSIONS.toSorted());
  });
});

test("[SEC] whatever the role, another org has nothing", () => {
  const anyPermission = fc.constantFrom(...PERMISSIONS);
  fc.assert(
    fc.property(fc.constantFrom(...ROLES), anyPermission, fc.boolean(), (role, permission, inProject) => {
      const resource = { orgId: asId<OrgId>("org_b"), ...(inProject ? { projectId: project } : {}) };
      expect(can(actor(role), permission, resource)).toMatchObject({ allowed: false, code: "not_found" });
    }),
  );
});

test("[IDTY-06] narrowed to projects, the rest of the org is not there", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ROLES), fc.constantFrom(...PERMISSIONS), (role, permission) => {
      const narrowed = actor(role, [project]);
      const within = can(narrowed, permission, { orgId: org, projectId: project });
      if (WHOLE_ORG_PERMISSIONS.has(permission)) expect(within).toMatchObject({ allowed: false, code: "forbidden" });
      else expect(within).toEqual(can(actor(role), permission, { orgId: org, projectId: project }));
      const elsewhere = can(narrowed, permission, { orgId: org, projectId: asId<ProjectId>("prj_b") });
      expect(elsewhere).toMatchObject({ allowed: false, code: "not_found" });
      const whole = can(narrowed, permission, { orgId: org });
      const isOfRole = ROLE_PERMISSIONS[role].has(permission);
      expect(whole.allowed).toBe(FILTERED_PERMISSIONS.has(permission) && isOfRole);
      expect(can(actor(role, []), permission, { orgId: org, projectId: project }).allowed).toBe(false);
    }),
  );
});

describe("[IDTY-08] an API token", () => {
  const scopes = fc.subarray([...PERMISSIONS]);

  test("may do what it was given and its creator may do now, and nothing else", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ROLES), fc.constantFrom(...PERMISSIONS), scopes, (role, permission, given) => {
        const creator = actor(role);
        const program: Actor = {
          ...creator,
          sessionId: null,
          token: { tokenId: asId("tok_a"), scopes: new Set(given) },
        };
        const resource = { orgId: org, projectId: project };
        const expected =
          permission === "session.self" ||
          (TOKEN_SCOPES.has(permission) && given.includes(permission) && can(creator, permission, resource).allowed);
        expect(can(program, permission, resource).allowed).toBe(expected);
        expect(permissionsHeldBy(program).includes(permission)).toBe(expected);
      }),
    );
  });

  test("without the scope for it respects protection, even an owner's", () => {
    const token = (...given: string[]) => ({ tokenId: asId<ApiTokenId>("tok_a"), scopes: new Set(given) });
    const resource = { orgId: org, projectId: project, protection: "all" } as const;
    const stop = (grant: TokenGrant) => can({ ...actor("owner"), token: grant }, "container.stop", resource);
    expect(stop(token("container.stop"))).toMatchObject({ allowed: false, code: "protected" });
    expect(stop(token("container.stop", "container.override"))).toEqual({ allowed: true });
  });
});

test("[IDTY-03] an instance's administrator creates orgs, and has nothing in one beyond the membership", () => {
  for (const role of ROLES) {
    expect(can(actor(role), "org.create", { orgId: org })).toMatchObject({ allowed: false, code: "forbidden" });
    const admin: Actor = { ...actor(role), isInstanceAdmin: true };
    expect(permissionsHeldBy(admin).toSorted()).toEqual(
      [...ROLE_PERMISSIONS[role], ...INSTANCE_PERMISSIONS].toSorted(),
    );
  }
});

describe("[ACTN-05] protection", () => {
  test("keeps operators from stopping, not from starting or reading", () => {
    const stop = can(actor("operator"), "container.stop", { orgId: org, projectId: project, protection: "all" });
    expect(stop).toMatchObject({ allowed: false, code: "protected" });
    expect(allowed("operator", "container.start", { protection: "all" })).toBe(true);
    expect(allowed("operator", "logs.read", { protection: "all" })).toBe(true);
    expect(allowed("operator", "container.pause", { protection: "stop" })).toBe(true);
    expect(allowed("operator", "container.pause", { protection: "all" })).toBe(false);
  });

  test("an admin may; a viewer hears of the role, not of the protection", () => {
    expect(allowed("admin", "container.stop", { protection: "all" })).toBe(true);
    expect(can(actor("viewer"), "container.stop", { orgId: org, protection: "all" })).toMatchObject({
      code: "forbidden",
    });
  });
});

test("verbs have permissions of their own, and `demand` throws what `can` says", () => {
  expect(permissionFor("UNPAUSE")).toBe("container.unpause");
  expect(() => demand(actor("viewer"), "container.stop", { orgId: org })).toThrow(
    expect.objectContaining({ name: "ProtocolError", code: "forbidden" }),
  );
  demand(actor("operator"), "container.stop", { orgId: org, projectId: project });
});
