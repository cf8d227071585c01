import type { Role } from "@yardarm/protocol/api/auth";
import { asId, type OrgId, type ProjectId, type UserId } from "@yardarm/protocol/ids";
import { type HubCore, OWNER, sessionOf } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "../authority/can.ts";
import type { Requester } from "../authority/requester.ts";
import { newId } from "../crypto/new-id.ts";

const client = { address: "192.0.2.1", userAgent: "test" };
const DAY_MS = 86_400_000;
const PASSWORD = "correct horse battery";

/** Who belongs where, alike on every engine; the races mean most where there are several connections. */
export const peopleContract = (engine: string, open: () => Promise<HubCore>): void => {
  describe(`people on ${engine}`, () => {
    let hub: HubCore;
    let orgId: OrgId;
    let owner: Requester;

    beforeEach(async () => {
      hub = await open();
      const claimed = await hub.claim();
      orgId = claimed.orgId;
      owner = await as(claimed.userId);
    });
    afterEach(() => hub[Symbol.asyncDispose]());

    const as = async (userId: UserId, inOrg: OrgId = orgId): Promise<Requester> => {
      const { token } = await hub.sessions.create({ userId, orgId: inOrg }, client);
      const actor = await hub.sessions.authenticate(token);
      if (actor === null) throw new Error("no member");
      return { actor, address: client.address };
    };
    const makeUser = async (name: string): Promise<UserId> => {
      const userId = newId<UserId>("usr");
      const passwordHash = await hub.passwords.hash(PASSWORD);
      const email = `${name}@example.com`;
      await hub.storage.system.users.create({ userId, email, name, passwordHash, createdAtMs: 1 });
      return userId;
    };
    const member = async (name: string, role: Role, projects: readonly ProjectId[] | null = null) => {
      const userId = await makeUser(name);
      await hub.storage.org(orgId).members.add({ userId, role, projects, createdAtMs: 2 });
      return as(userId);
    };
    const rolesOf = async (): Promise<Readonly<Record<string, Role>>> =>
      Object.fromEntries((await hub.storage.org(orgId).members.list()).map(({ name, role }) => [name, role]));
    const kinds = async (): Promise<readonly string[]> =>
      (await hub.audit.list(orgId, { before: null, limit: 50 })).map(({ kind }) => kind).toReversed();
    const invite = (by: Requester, email: string, role: Role = "viewer", projects: ProjectId[] | null = null) =>
      hub.invitations.create(by, { email, role, projects });

    describe("[IDTY-06] members", () => {
      test("nobody changes or removes above their own role, or gives more than they have", async () => {
        const [admin, viewer] = [await member("admin", "admin"), await member("viewer", "viewer")];
        const { userId } = viewer.actor;
        expect(await hub.members.change(admin, userId, { role: "operator" })).toMatchObject({ role: "operator" });
        const forbidden = { code: "forbidden" };
        await expect(hub.members.change(admin, userId, { role: "owner" })).rejects.toMatchObject(forbidden);
        await expect(hub.members.change(admin, owner.actor.userId, { role: "viewer" })).rejects.toMatchObject(
          forbidden,
        );
        await expect(hub.members.remove(admin, owner.actor.userId)).rejects.toMatchObject(forbidden);
        await expect(hub.members.remove(admin, newId("usr"))).rejects.toMatchObject({ code: "not_found" });
        expect(hub.announced).toEqual([{ orgId, userId }]);
        expect(await kinds()).toEqual(["instance.claimed", "member.changed"]);
      });

      test("what the asker may is read again under the lock, not believed", async () => {
        const [admin, viewer] = [await member("admin", "admin"), await member("viewer", "viewer")];
        await hub.members.change(owner, admin.actor.userId, { role: "viewer" });
        const late = hub.members.change(admin, viewer.actor.userId, { role: "admin" });
        await expect(late).rejects.toMatchObject({ code: "forbidden" });
        await hub.members.remove(owner, admin.actor.userId);
        await expect(hub.members.remove(admin, viewer.actor.userId)).rejects.toMatchObject({ code: "not_found" });
      });

      test("a member is narrowed to projects of the org, an owner never", async () => {
        const viewer = await member("viewer", "viewer");
        const { userId } = viewer.actor;
        const [project] = await hub.storage.org(orgId).projects.list();
        const projects = [project?.projectId ?? asId<ProjectId>("")];
        expect(await hub.members.change(owner, userId, { projects })).toMatchObject({ role: "viewer", projects });
        const unknown = hub.members.change(owner, userId, { projects: [newId("prj")] });
        await expect(unknown).rejects.toMatchObject({ code: "not_found" });
        const narrowedOwner = hub.members.change(owner, userId, { role: "owner", projects });
        await expect(narrowedOwner).rejects.toMatchObject({ code: "invalid_request" });
        expect(await hub.members.change(owner, userId, { role: "owner" })).toMatchObject({ projects: null });
      });

      test("the last owner stays, whatever is tried", async () => {
        const conflict = { code: "conflict" };
        await expect(hub.members.leave(owner)).rejects.toMatchObject(conflict);
        await expect(hub.members.remove(owner, owner.actor.userId)).rejects.toMatchObject(conflict);
        const demoted = hub.members.change(owner, owner.actor.userId, { role: "admin" });
        await expect(demoted).rejects.toMatchObject(conflict);
        await expect(hub.members.transfer(owner, owner.actor.userId)).rejects.toMatchObject(conflict);
      });

      test("handing over makes two changes at once", async () => {
        const viewer = await member("viewer", "viewer");
        await hub.members.transfer(owner, viewer.actor.userId);
        expect(await rolesOf()).toEqual({ owner: "admin", viewer: "owner" });
        await expect(hub.members.transfer(owner, viewer.actor.userId)).rejects.toMatchObject({ code: "forbidden" });
        await hub.members.leave(owner);
        expect(await rolesOf()).toEqual({ viewer: "owner" });
      });

      test("of owners who all go at once, in every way there is, one is left", async () => {
        for (let round = 0; round < 6; round += 1) {
          const others = [await member(`a${round}`, "owner"), await member(`b${round}`, "owner")];
          const all = (await hub.storage.org(orgId).members.list()).filter(({ role }) => role === "owner");
          const owners = await Promise.all(all.map(({ userId }) => as(userId)));
          expect(owners.length).toBeGreaterThanOrEqual(others.length);
          await Promise.allSettled(
            owners.map((one, index) => {
              const next = owners[(index + 1) % owners.length]?.actor.userId ?? one.actor.userId;
              if (index % 3 === 0) return hub.members.leave(one);
              if (index % 3 === 1) return hub.members.remove(one, next);
              return hub.members.change(one, one.actor.userId, { role: "viewer" });
            }),
          );
          const left = Object.values(await rolesOf()).filter((role) => role === "owner").length;
          expect(left).toBeGreaterThanOrEqual(1);
        }
        expect(await hub.audit.verify(orgId)).toMatchObject({ ok: true });
      });
    });

    describe("[IDTY-05] [SEC-T09] an invitation", () => {
      test("makes the account of its address and nothing else, once", async () => {
        const { secret, invitation } = await invite(owner, "guest@example.com", "operator");
        expect(await hub.invitations.look(secret)).toMatchObject({
          role: "operator",
          hasAccount: false,
          orgName: "Home",
        });
        const request = { invitationToken: secret, name: "Guest", password: PASSWORD };
        const answers = await Promise.allSettled([1, 2, 3].map(() => hub.accounts.join(request, client)));
        const joined = answers.filter((answer) => answer.status === "fulfilled");
        expect(joined).toHaveLength(1);
        const actor = await hub.sessions.authenticate(joined[0] === undefined ? "" : sessionOf(joined[0].value).token);
        expect(actor).toMatchObject({ email: "guest@example.com", role: "operator", orgId, isInstanceAdmin: false });
        await expect(hub.accounts.join(request, client)).rejects.toMatchObject({ code: "token_invalid" });
        await expect(hub.invitations.look(secret)).rejects.toMatchObject({ code: "token_invalid" });
        expect(await hub.invitations.list(owner.actor)).toEqual([]);
        const rows = await hub.audit.list(orgId, { before: null, limit: 1 });
        expect(rows[0]).toMatchObject({ kind: "member.joined", details: { invitationId: invitation.invitationId } });
      });

      test("needs the password of an account that is there already, and is not spent by a wrong one", async () => {
        await makeUser("guest");
        const { secret } = await invite(owner, "guest@example.com");
        expect(await hub.invitations.look(secret)).toMatchObject({ hasAccount: true });
        const wrong = hub.accounts.join({ invitationToken: secret, password: "wrong" }, client);
        await expect(wrong).rejects.toMatchObject({ code: "unauthenticated" });
        const { token } = sessionOf(await hub.accounts.join({ invitationToken: secret, password: PASSWORD }, client));
        expect(await hub.sessions.authenticate(token)).toMatchObject({ name: "guest", role: "viewer" });
      });

      test("is refused to another account, which the audit tells", async () => {
        const stranger = await member("stranger", "viewer");
        const { secret } = await invite(owner, "guest@example.com");
        await expect(hub.invitations.accept(stranger, secret)).rejects.toMatchObject({ code: "forbidden" });
        const [row] = await hub.audit.list(orgId, { before: null, limit: 1 });
        expect(row).toMatchObject({
          kind: "invitation.refused",
          outcome: "denied",
          actor: { id: stranger.actor.userId },
          details: { email: "stranger@example.com" },
        });
        expect(await hub.invitations.look(secret)).toMatchObject({ email: "guest@example.com" });
      });

      test("brings somebody who is signed in elsewhere into a second org", async () => {
        const elsewhere = await hub.orgs.create(await member("guest", "viewer"), "Elsewhere");
        await hub.members.remove(owner, (await as(await userIdOf("guest"))).actor.userId);
        const guest = await as(await userIdOf("guest"), elsewhere.orgId);
        const { secret } = await invite(owner, "guest@example.com", "admin");
        hub.clock.advance(1); // orgs are listed in the order of joining
        expect(await hub.invitations.accept(guest, secret)).toBe(orgId);
        expect(await rolesOf()).toMatchObject({ guest: "admin" });
        expect((await hub.orgs.list(guest.actor)).map(({ name, active }) => [name, active])).toEqual([
          ["Elsewhere", true],
          ["Home", false],
        ]);
      });

      test("expires, is withdrawn, and is replaced by the next one of its address", async () => {
        const first = await invite(owner, "guest@example.com");
        const second = await invite(owner, "guest@example.com");
        await expect(hub.invitations.look(first.secret)).rejects.toMatchObject({ code: "token_invalid" });
        const elsewhere = { ...owner, actor: { ...owner.actor, orgId: newId<OrgId>("org") } };
        const foreign = hub.invitations.withdraw(elsewhere, second.invitation.invitationId);
        await expect(foreign).rejects.toMatchObject({ code: "not_found" });
        hub.clock.advance(7 * DAY_MS);
        await expect(hub.invitations.look(second.secret)).rejects.toMatchObject({ code: "token_expired" });
        const third = await invite(owner, "guest@example.com");
        await hub.invitations.withdraw(owner, third.invitation.invitationId);
        await expect(hub.invitations.look(third.secret)).rejects.toMatchObject({ code: "token_invalid" });
        await hub.invitations.prune();
      });

      test("is worth as much as its inviter's right at the moment it is accepted", async () => {
        const admin = await member("admin", "admin");
        await expect(invite(admin, "guest@example.com", "owner")).rejects.toMatchObject({ code: "forbidden" });
        const { secret } = await invite(admin, "guest@example.com", "admin");
        const request = { invitationToken: secret, name: "Guest", password: PASSWORD };
        for (const change of [{ role: "operator" }, { role: "admin", projects: await allProjects() }] as const) {
          await hub.members.change(owner, admin.actor.userId, change);
          await expect(hub.accounts.join(request, client)).rejects.toMatchObject({ code: "forbidden" });
        }
        // Nobody was made on the way.
        expect(await hub.storage.system.users.findByEmail("guest@example.com")).toBeUndefined();
        await hub.members.change(owner, admin.actor.userId, { role: "admin", projects: null });
        await hub.accounts.join(request, client);
        expect(await rolesOf()).toMatchObject({ Guest: "admin" });
        await expect(invite(owner, "guest@example.com")).rejects.toMatchObject({ code: "conflict" });
      });

      test("of an inviter who is gone is worth nothing", async () => {
        const admin = await member("admin", "admin");
        const { secret } = await invite(admin, "guest@example.com");
        await hub.members.remove(owner, admin.actor.userId);
        const late = hub.accounts.join({ invitationToken: secret, name: "Guest", password: PASSWORD }, client);
        await expect(late).rejects.toMatchObject({ code: "forbidden" });
      });
    });

    test("[IDTY-04] projects are named once, hold hosts, and go when they are empty", async () => {
      hub.clock.advance(1); // the default project is the oldest
      const { projectId } = await hub.projects.create(owner, "Web");
      await expect(hub.projects.create(owner, "WEB")).rejects.toMatchObject({ code: "conflict" });
      expect(await hub.projects.rename(owner, projectId, "Front")).toMatchObject({ name: "Front", default: false });
      const requester = { orgId, actor: { type: "user", id: null, name: "" }, address: null } as const;
      const { hostId } = await hub.enrollment.createHost(requester, { name: "web-1", projectId: null });
      await hub.projects.moveHost(owner, hostId, projectId);
      expect(hub.announced).toEqual([{ orgId, userId: null }]);
      expect(await hub.projects.list(owner.actor)).toMatchObject([
        { hosts: 0, default: true },
        { name: "Front", hosts: 1 },
      ]);
      await expect(hub.projects.remove(owner, projectId)).rejects.toMatchObject({ code: "conflict" });
      const [first] = await allProjects();
      await expect(hub.projects.remove(owner, first ?? asId(""))).rejects.toMatchObject({ code: "conflict" });
      const narrowed: Actor = { ...owner.actor, role: "admin", projects: [projectId] };
      const out = hub.projects.moveHost(
        { ...owner, actor: { ...narrowed, projects: [first ?? asId("")] } },
        hostId,
        projectId,
      );
      await expect(out).rejects.toMatchObject({ code: "not_found" });
      expect(await hub.projects.list(narrowed)).toMatchObject([{ name: "Front" }]);
      await hub.storage.org(orgId).hosts.remove(hostId, 1);
      await hub.projects.remove(owner, projectId);
      expect(await kinds()).toEqual([
        ...["instance.claimed", "project.created", "project.renamed", "host.created", "host.moved"],
        "project.deleted",
      ]);
    });

    test("[IDTY-08] of several who revoke a token at once one does", async () => {
      const { token } = await hub.apiTokens.create(owner, { name: "ci", scopes: ["fleet.read"], days: 1 });
      const answers = await Promise.allSettled([1, 2, 3].map(() => hub.apiTokens.revoke(owner, token.tokenId)));
      expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await kinds()).filter((kind) => kind === "token.revoked")).toHaveLength(1);
    });

    test("[IDTY-01] [IDTY-03] open sign-up gives everybody an org of their own, which no other sees", async () => {
      const request = { name: "Eve", email: "eve@example.com", password: PASSWORD, orgName: "Eve's" };
      const answers = await Promise.allSettled([1, 2, 3].map(() => hub.accounts.signUp(request, client)));
      expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const { token } = sessionOf(await hub.signIn.signIn({ email: request.email, password: PASSWORD }, client));
      const eve = await hub.sessions.authenticate(token);
      expect(eve).toMatchObject({ role: "owner", isInstanceAdmin: false });
      expect(eve?.orgId).not.toBe(orgId);
      const taken = hub.accounts.signUp({ ...request, email: OWNER.email }, client);
      await expect(taken).rejects.toMatchObject({ code: "conflict" });
    });

    const allProjects = async (): Promise<ProjectId[]> =>
      (await hub.storage.org(orgId).projects.list()).map(({ projectId }) => projectId);
    const userIdOf = async (name: string): Promise<UserId> =>
      (await hub.storage.system.users.findByEmail(`${name}@example.com`))?.userId ?? asId("");
  });
};
