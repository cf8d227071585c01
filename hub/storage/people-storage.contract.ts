import type { Role } from "@yardarm/protocol/api/auth";
import type { ApiTokenId, HostId, InvitationId, OrgId, ProjectId, SessionId, UserId } from "@yardarm/protocol/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../auth/crypto/new-id.ts";
import type { Storage } from "./storage.ts";

const NOW_MS = 1_800_000_000_000;

/** People, their invitations and tokens, and what stands above tenants, alike on every engine. */
export const peopleStorageContract = (
  engine: string,
  open: () => Promise<{ readonly storage: Storage; readonly close: () => Promise<void> }>,
): void => {
  describe(`people in storage on ${engine}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let storage: Storage;

    beforeAll(async () => {
      opened = await open();
      storage = opened.storage;
    });
    afterAll(() => opened?.close());

    const makeUser = async (): Promise<UserId> => {
      const userId = newId<UserId>("usr");
      const email = `${userId}@example.com`;
      await storage.system.users.create({ userId, email, name: "A", passwordHash: "x", createdAtMs: NOW_MS });
      return userId;
    };
    const makeOrg = async (): Promise<{ orgId: OrgId; projectId: ProjectId }> => {
      const orgId = newId<OrgId>("org");
      const projectId = newId<ProjectId>("prj");
      await storage.system.orgs.create({ orgId, name: "Org", createdAtMs: NOW_MS });
      await storage.org(orgId).projects.create({ projectId, name: "Default", createdAtMs: NOW_MS });
      return { orgId, projectId };
    };
    const makeHost = async () => {
      const { orgId, projectId } = await makeOrg();
      const hostId = newId<HostId>("hst");
      await storage.org(orgId).hosts.create({ hostId, projectId, name: "web-1", createdAtMs: NOW_MS });
      return { orgId, projectId, hostId, rows: storage.org(orgId) };
    };
    const makeSession = async (of: { readonly userId: UserId; readonly orgId: OrgId }) => {
      const session = { sessionId: newId<SessionId>("ses"), tokenHash: newId("hsh") as string, ...of };
      const used = { createdAtMs: NOW_MS, lastUsedAtMs: NOW_MS, address: "192.0.2.1", userAgent: "test" };
      await storage.system.sessions.create({ ...session, ...used }, 3);
      return session;
    };
    const join = (orgId: OrgId, userId: UserId, role: Role) =>
      storage.org(orgId).members.add({ userId, role, projects: null, createdAtMs: NOW_MS });

    test("[IDTY-05] an invitation is taken by one caller; the newest one of an address counts", async () => {
      const { orgId, projectId } = await makeOrg();
      const invitedBy = await makeUser();
      const { invitations } = storage.org(orgId);
      const invitation = {
        ...{ invitationId: newId<InvitationId>("inv"), email: "guest@example.com", role: "viewer" as const },
        ...{ projects: [projectId], invitedBy, createdAtMs: NOW_MS, expiresAtMs: NOW_MS + 1 },
      };
      await invitations.create({ ...invitation, secretHash: newId("hsh") as string });
      const newest = { ...invitation, invitationId: newId<InvitationId>("inv") };
      const secretHash = newId("hsh") as string;
      await invitations.create({ ...newest, secretHash });
      expect(await invitations.list()).toEqual([{ ...newest, inviterName: "A" }]);
      const found = await storage.system.invitations.findBySecretHash(secretHash);
      expect(found).toMatchObject({ ...newest, orgId, orgName: "Org", inviterName: "A" });
      const elsewhere = storage.org((await makeOrg()).orgId);
      expect(await elsewhere.invitations.take(newest.invitationId)).toBeUndefined();
      const taken = await Promise.all([1, 2, 3, 4].map(() => invitations.take(newest.invitationId)));
      expect(taken.filter((one) => one !== undefined)).toEqual([newest]);
      expect(await storage.system.invitations.findBySecretHash(secretHash)).toBeUndefined();
      await invitations.create({ ...newest, secretHash });
      await storage.system.invitations.prune(NOW_MS + 2);
      expect(await invitations.list()).toEqual([]);
    });

    test("[IDTY-08] an API token carries its creator's rights of now, and dies with the membership", async () => {
      const { orgId } = await makeOrg();
      const userId = await makeUser();
      await join(orgId, userId, "operator");
      const { apiTokens } = storage.org(orgId);
      const token = {
        ...{ tokenId: newId<ApiTokenId>("tok"), userId, name: "ci", scopes: ["fleet.read"] },
        ...{ createdAtMs: NOW_MS, expiresAtMs: NOW_MS + 1 },
      };
      const tokenHash = newId("hsh") as string;
      await apiTokens.create({ ...token, tokenHash });
      await storage.org(orgId).members.setRole(userId, "viewer");
      expect(await storage.system.apiTokens.findByHash(tokenHash)).toMatchObject({ ...token, orgId, role: "viewer" });
      await storage.system.apiTokens.touch(token.tokenId, { atMs: NOW_MS, from: "192.0.2.1" });
      expect(await apiTokens.find(token.tokenId)).toMatchObject({ lastUsedAtMs: NOW_MS, lastUsedFrom: "192.0.2.1" });
      expect(await apiTokens.list(await makeUser())).toEqual([]);
      const elsewhere = storage.org((await makeOrg()).orgId).apiTokens;
      expect(await elsewhere.find(token.tokenId)).toBeUndefined();
      expect(await elsewhere.revoke(token.tokenId)).toBe(false);
      await storage.org(orgId).members.remove(userId);
      expect(await storage.system.apiTokens.find(token.tokenId)).toBeUndefined();
      await apiTokens.revokeAllOf(userId);
      expect(await apiTokens.list(null)).toEqual([]);
      await apiTokens.create({ ...token, tokenHash });
      await storage.system.apiTokens.prune(NOW_MS + 2);
      expect(await apiTokens.find(token.tokenId)).toBeUndefined();
    });

    test("[IDTY-01] a password link is taken by one caller; the newest one of a person counts", async () => {
      const { passwordResets } = storage.system;
      const userId = await makeUser();
      const [first, second] = [newId("hsh") as string, newId("hsh") as string];
      await passwordResets.create({ secretHash: first, userId, expiresAtMs: NOW_MS });
      await passwordResets.create({ secretHash: second, userId, expiresAtMs: NOW_MS });
      expect(await passwordResets.find(first)).toBeUndefined();
      const taken = await Promise.all([1, 2, 3].map(() => passwordResets.take(second)));
      expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
      await passwordResets.create({ secretHash: first, userId, expiresAtMs: NOW_MS });
      await passwordResets.prune(NOW_MS + 1);
      expect(await passwordResets.find(first)).toBeUndefined();
    });

    test("[IDTY-07] one-time codes: begun, confirmed once, each step spent once, also by two at a time", async () => {
      const userId = await makeUser();
      const { secondFactors } = storage.system;
      const begin = (sealedSecret: string) => secondFactors.begin({ userId, sealedSecret, createdAtMs: NOW_MS });
      expect([await begin("first"), await begin("second")]).toEqual([true, true]);
      expect(await secondFactors.find(userId)).toMatchObject({
        sealedSecret: "second",
        confirmedAtMs: null,
        lastStep: 0,
      });
      const confirmed = await Promise.all([1, 2].map(() => secondFactors.confirm(userId, NOW_MS)));
      expect(confirmed.filter(Boolean)).toHaveLength(1);
      expect(await begin("third")).toBe(false);
      const spent = await Promise.all([1, 2, 3].map(() => secondFactors.useStep(userId, 60_000_000)));
      expect(spent.filter(Boolean)).toHaveLength(1);
      expect(await secondFactors.useStep(userId, 59_999_999)).toBe(false);

      const codes = [newId("hsh") as string, newId("hsh") as string];
      await secondFactors.replaceRecoveryCodes(userId, codes);
      const taken = await Promise.all([1, 2].map(() => secondFactors.takeRecoveryCode(userId, codes[0] ?? "")));
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await secondFactors.takeRecoveryCode(await makeUser(), codes[1] ?? "")).toBe(false);
      expect(await secondFactors.countRecoveryCodes(userId)).toBe(1);
      expect(await secondFactors.remove(userId)).toBe(true);
      expect(await secondFactors.countRecoveryCodes(userId)).toBe(0);
      expect(await secondFactors.remove(userId)).toBe(false);
    });

    test("[IDTY-07] a sign-in that waits for its second step is taken once, and gone after too many wrong codes", async () => {
      const userId = await makeUser();
      const { secondFactors } = storage.system;
      const hold = async () => {
        const tokenHash = newId("hsh") as string;
        const what = { userId, firstFactor: "password", invitationHash: null, expiresAtMs: NOW_MS };
        await secondFactors.hold({ tokenHash, ...what });
        return tokenHash;
      };
      const tokenHash = await hold();
      const taken = await Promise.all([1, 2].map(() => secondFactors.takePending(tokenHash)));
      expect(taken.filter(Boolean)).toHaveLength(1);
      const guessed = await hold();
      await secondFactors.countFailure(guessed, 2);
      expect(await secondFactors.findPending(guessed)).toMatchObject({ failures: 1 });
      await secondFactors.countFailure(guessed, 2);
      expect(await secondFactors.findPending(guessed)).toBeUndefined();
      const dropped = await hold();
      await secondFactors.dropPending(userId);
      expect(await secondFactors.findPending(dropped)).toBeUndefined();
    });

    test("[IDTY-03] people are renamed, and run the installation or not", async () => {
      const userId = await makeUser();
      await storage.system.users.rename(userId, "Ada");
      await storage.system.users.setInstanceAdmin(userId, NOW_MS);
      expect(await storage.system.users.listInstanceAdmins()).toMatchObject([{ userId, name: "Ada" }]);
      await storage.system.users.setInstanceAdmin(userId, null);
      expect(await storage.system.users.listInstanceAdmins()).toEqual([]);
    });

    test("[IDTY-03] a session opens in another org only for its members; its token and active org can be replaced", async () => {
      const [here, there, nowhere] = [await makeOrg(), await makeOrg(), await makeOrg()];
      const userId = await makeUser();
      await join(here.orgId, userId, "owner");
      await join(there.orgId, userId, "viewer");
      const { sessionId, tokenHash } = await makeSession({ userId, orgId: here.orgId });
      const { sessions } = storage.system;
      expect(await sessions.findByTokenHash(tokenHash, there.orgId)).toMatchObject({
        orgId: there.orgId,
        role: "viewer",
      });
      expect(await sessions.findByTokenHash(tokenHash, nowhere.orgId)).toBeUndefined();
      const replaced = newId("hsh") as string;
      await sessions.rotate(sessionId, { tokenHash: replaced, orgId: there.orgId });
      expect(await sessions.findByTokenHash(tokenHash)).toBeUndefined();
      expect(await sessions.findByTokenHash(replaced)).toMatchObject({ orgId: there.orgId, sessionId });
      await makeSession({ userId, orgId: here.orgId });
      await sessions.revokeAllOf(userId, sessionId);
      expect((await sessions.listOf(userId)).map((session) => session.sessionId)).toEqual([sessionId]);
      await sessions.revokeAllOf(userId, null);
      expect(await sessions.listOf(userId)).toEqual([]);
    });

    test("[IDTY-04] a project is renamed and removed inside its org alone; hosts move, removed ones too", async () => {
      const { orgId, projectId, hostId, rows } = await makeHost();
      const other = newId<ProjectId>("prj");
      await rows.projects.create({ projectId: other, name: "Second", createdAtMs: NOW_MS + 1 });
      expect(await storage.org((await makeOrg()).orgId).projects.rename(other, "Stolen")).toBe(false);
      expect(await rows.projects.rename(other, "Renamed")).toBe(true);
      await rows.hosts.move(hostId, other);
      expect(await rows.hosts.find(hostId)).toMatchObject({ projectId: other });
      await rows.hosts.remove(hostId, NOW_MS);
      await rows.hosts.moveRemoved(other, projectId);
      await rows.projects.remove(other);
      expect((await rows.projects.list()).map((project) => project.projectId)).toEqual([projectId]);
      await rows.profile.rename("New name");
      expect(await rows.profile.find()).toMatchObject({ orgId, name: "New name" });
    });

    test("[IDTY-03] what stands above tenants is a closed list", () => {
      const methods = Object.entries(storage.system).flatMap(([name, table]) =>
        Object.getOwnPropertyNames(Object.getPrototypeOf(table))
          .filter((method) => method !== "constructor")
          .map((method) => `${name}.${method}`),
      );
      expect(methods.toSorted()).toMatchInlineSnapshot(`
        [
          "agentNonces.prune",
          "agentNonces.spend",
          "apiTokens.find",
          "apiTokens.findByHash",
          "apiTokens.prune",
          "apiTokens.touch",
          "hosts.findCredential",
          "hosts.nextEpoch",
          "identities.beginFlow",
          "identities.create",
          "identities.find",
          "identities.listOf",
          "identities.prune",
          "identities.remove",
          "identities.takeFlow",
          "instance.claim",
          "instance.create",
          "instance.find",
          "instance.offerSetupToken",
          "instance.setKeySet",
          "invitations.findBySecretHash",
          "invitations.prune",
          "joinTokens.find",
          "logRetention.list",
          "orgs.create",
          "orgs.list",
          "orgs.listOf",
          "passkeys.challenge",
          "passkeys.create",
          "passkeys.findByCredential",
          "passkeys.listOf",
          "passkeys.prune",
          "passkeys.remove",
          "passkeys.removeAllOf",
          "passkeys.rename",
          "passkeys.takeChallenge",
          "passkeys.use",
          "passwordResets.create",
          "passwordResets.find",
          "passwordResets.prune",
          "passwordResets.take",
          "secondFactors.begin",
          "secondFactors.confirm",
          "secondFactors.countFailure",
          "secondFactors.countRecoveryCodes",
          "secondFactors.dropPending",
          "secondFactors.find",
          "secondFactors.findPending",
          "secondFactors.hold",
          "secondFactors.prune",
          "secondFactors.remove",
          "secondFactors.replaceRecoveryCodes",
          "secondFactors.takePending",
          "secondFactors.takeRecoveryCode",
          "secondFactors.useStep",
          "sessions.create",
          "sessions.find",
          "sessions.findByTokenHash",
          "sessions.listOf",
          "sessions.prune",
          "sessions.revoke",
          "sessions.revokeAllOf",
          "sessions.rotate",
          "sessions.touch",
          "users.create",
          "users.find",
          "users.findByEmail",
          "users.listInstanceAdmins",
          "users.rename",
          "users.setInstanceAdmin",
          "users.setPasswordHash",
          "wsTickets.create",
          "wsTickets.prune",
          "wsTickets.take",
        ]
      `);
    });
  });
};
