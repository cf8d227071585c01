import { ACTION_STATES, type Action, isSettled } from "@yardarm/protocol/action";
import type { Role } from "@yardarm/protocol/api/auth";
import type { Container } from "@yardarm/protocol/container";
import {
  type ActionId,
  asId,
  type BulkId,
  type ContainerId,
  type HostId,
  type HubId,
  type JoinTokenId,
  type OrgId,
  type ProjectId,
  type ProtectionRuleId,
  type UserId,
} from "@yardarm/protocol/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../auth/crypto/new-id.ts";
import type { Storage } from "./storage.ts";
import type { Session } from "./tables/sessions.ts";
import type { WsTicket } from "./tables/ws-tickets.ts";

/** A storage of the test's own, and a way around it. */
export interface OpenedStorage {
  readonly storage: Storage;
  /** Runs one statement behind the storage's back. */
  readonly execute: (sql: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const NOW_MS = 1_800_000_000_000;
const NOW_NS = "1800000000000000000";

/**
 * What every engine must do alike. `open` is called once and must give an empty, migrated storage. Above 300 lines because
 * it is one list over one storage; people have a suite of their own.
 */
export const storageContract = (engine: string, open: () => Promise<OpenedStorage>): void => {
  describe(`storage on ${engine}`, () => {
    let opened: OpenedStorage;
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
    const makeHost = async (org?: { orgId: OrgId; projectId: ProjectId }) => {
      const { orgId, projectId } = org ?? (await makeOrg());
      const hostId = newId<HostId>("hst");
      await storage.org(orgId).hosts.create({ hostId, projectId, name: "web-1", createdAtMs: NOW_MS });
      return { orgId, projectId, hostId, rows: storage.org(orgId) };
    };
    const makeSession = async (member: { userId: UserId; orgId: OrgId }, change: Partial<Session> = {}) => {
      const session: Session = {
        sessionId: newId("ses"),
        tokenHash: newId("hsh"),
        ...member,
        createdAtMs: NOW_MS,
        lastUsedAtMs: NOW_MS,
        address: "192.0.2.1",
        userAgent: "test",
        ...change,
      };
      await storage.system.sessions.create(session, 3);
      return session;
    };
    const join = (orgId: OrgId, userId: UserId, role: Role) =>
      storage.org(orgId).members.add({ userId, role, projects: null, createdAtMs: NOW_MS });

    test("the instance is created once and claimed once", async () => {
      const { instance } = storage.system;
      expect(await instance.find()).toBeUndefined();
      const row = { hubId: newId<HubId>("hub"), keySet: "{}", nonceKey: "k" };
      await instance.create({ ...row, createdAtMs: NOW_MS });
      await instance.create({ ...row, hubId: newId<HubId>("hub"), createdAtMs: NOW_MS });
      expect(await instance.find()).toEqual({ ...row, setupTokenHash: null, claimedAtMs: null });

      expect(await instance.offerSetupToken("first")).toBe(true);
      expect(await instance.offerSetupToken("second")).toBe(true);
      expect(await instance.claim({ setupTokenHash: "first", claimedAtMs: NOW_MS })).toBe(false);
      const claims = Array.from({ length: 5 }, () => instance.claim({ setupTokenHash: "second", claimedAtMs: NOW_MS }));
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
      expect(await instance.claim({ setupTokenHash: null, claimedAtMs: NOW_MS })).toBe(false);
      expect(await instance.offerSetupToken("third")).toBe(false);
      expect((await instance.find())?.claimedAtMs).toBe(NOW_MS);
    });

    test("an e-mail address belongs to one user", async () => {
      const user = { email: "a@example.com", name: "A", passwordHash: "x", createdAtMs: NOW_MS };
      const userId = newId<UserId>("usr");
      expect(await storage.system.users.create({ ...user, userId })).toBe(true);
      expect(await storage.system.users.create({ ...user, userId: newId("usr") })).toBe(false);
      await storage.system.users.setPasswordHash(userId, "y");
      expect(await storage.system.users.findByEmail("a@example.com")).toEqual({
        ...user,
        userId,
        passwordHash: "y",
        instanceAdminAtMs: null,
      });
    });

    test("a session shows its user's role as it is now, and nothing after the membership ended", async () => {
      const { orgId, projectId } = await makeOrg();
      const userId = await makeUser();
      await join(orgId, userId, "viewer");
      const { sessionId, tokenHash } = await makeSession({ userId, orgId });
      expect(await storage.system.sessions.findByTokenHash(tokenHash)).toMatchObject({
        role: "viewer",
        projects: null,
      });
      await storage.org(orgId).members.setRole(userId, "admin");
      await storage.org(orgId).members.setProjects(userId, [projectId]);
      expect(await storage.system.sessions.find(sessionId)).toMatchObject({ role: "admin", projects: [projectId] });
      expect(await storage.org(orgId).members.list()).toMatchObject([{ userId, role: "admin", projects: [projectId] }]);
      expect(await storage.system.orgs.listOf(userId)).toMatchObject([{ orgId, name: "Org", role: "admin" }]);
      await storage.org(orgId).members.remove(userId);
      expect(await storage.system.sessions.find(sessionId)).toBeUndefined();
    });

    test("a user keeps the most recently used sessions; others cannot end them", async () => {
      const { orgId } = await makeOrg();
      const userId = await makeUser();
      await join(orgId, userId, "owner");
      const made: Session[] = [];
      for (let age = 0; age < 5; age += 1)
        made.push(await makeSession({ userId, orgId }, { lastUsedAtMs: NOW_MS + age }));
      const kept = await storage.system.sessions.listOf(userId);
      expect(kept.map((session) => session.sessionId)).toEqual([4, 3, 2].map((index) => made[index]?.sessionId));

      const newest = made[4]?.sessionId ?? asId("");
      expect(await storage.system.sessions.revoke(await makeUser(), newest)).toBe(false);
      expect(await storage.system.sessions.revoke(userId, newest)).toBe(true);
      expect(await storage.system.sessions.revoke(userId, newest)).toBe(false);
      await storage.system.sessions.touch(made[2]?.sessionId ?? asId(""), NOW_MS + 9);
      await storage.system.sessions.prune({ createdUntilMs: 0, usedUntilMs: NOW_MS + 8 });
      expect(await storage.system.sessions.listOf(userId)).toMatchObject([{ lastUsedAtMs: NOW_MS + 9 }]);
    });

    test("a ticket is taken by one caller", async () => {
      const ticket: WsTicket = {
        ticketHash: newId("hsh"),
        credentialId: newId("ses"),
        orgId: newId("org"),
        expiresAtMs: NOW_MS,
      };
      await storage.system.wsTickets.create(ticket);
      const { ticketHash } = ticket;
      const taken = await Promise.all(Array.from({ length: 5 }, () => storage.system.wsTickets.take(ticketHash)));
      expect(taken.filter((row) => row !== undefined)).toEqual([ticket]);
      await storage.system.wsTickets.create(ticket);
      await storage.system.wsTickets.prune(NOW_MS + 1);
      expect(await storage.system.wsTickets.take(ticketHash)).toBeUndefined();
    });

    test("a nonce is spent by one caller", async () => {
      const nonce = newId("nnc");
      const spent = await Promise.all(Array.from({ length: 8 }, () => storage.system.agentNonces.spend(nonce, NOW_MS)));
      expect(spent.filter(Boolean)).toHaveLength(1);
      await storage.system.agentNonces.prune(NOW_MS);
      expect(await storage.system.agentNonces.spend(nonce, NOW_MS)).toBe(false);
      await storage.system.agentNonces.prune(NOW_MS + 1);
      expect(await storage.system.agentNonces.spend(nonce, NOW_MS)).toBe(true);
    });

    test("a join token is consumed by one caller, in time, and a newer one withdraws it", async () => {
      const { rows, hostId, orgId } = await makeHost();
      const token = { hostId, seedPublicKey: "s", createdAtMs: NOW_MS, expiresAtMs: NOW_MS + 1000 };
      const withdrawn = newId<JoinTokenId>("jtk");
      const tokenId = newId<JoinTokenId>("jtk");
      await rows.joinTokens.create({ ...token, tokenId: withdrawn });
      await rows.joinTokens.create({ ...token, tokenId });
      expect(await storage.system.joinTokens.find(withdrawn)).toBeUndefined();

      const spend = (nowMs: number, agentPublicKey: string) =>
        rows.joinTokens.consume(tokenId, { nowMs, agentPublicKey });
      expect(await spend(NOW_MS + 1000, "late")).toBe(false);
      const spent = await Promise.all(["a", "b", "c", "d"].map((key) => spend(NOW_MS, key)));
      expect(spent.filter(Boolean)).toHaveLength(1);
      const winner = ["a", "b", "c", "d"][spent.indexOf(true)];
      expect(await storage.system.joinTokens.find(tokenId)).toEqual({
        ...{ ...token, tokenId, orgId },
        ...{ consumedAtMs: NOW_MS, agentPublicKey: winner },
      });
    });

    test("a host's connections are numbered without a double, for the present key only", async () => {
      const { rows, hostId, orgId } = await makeHost();
      expect(await storage.system.hosts.nextEpoch(hostId, "key")).toBeUndefined();
      expect(await rows.hosts.setAgentKey(hostId, { agentPublicKey: "key", nowNs: NOW_NS })).toBe(NOW_NS);
      const epochs = await Promise.all(Array.from({ length: 20 }, () => storage.system.hosts.nextEpoch(hostId, "key")));
      expect([...epochs].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      expect(await rows.hosts.setAgentKey(hostId, { agentPublicKey: "next", nowNs: "1900000000000000000" })).toBe(
        NOW_NS,
      );
      expect(await storage.system.hosts.nextEpoch(hostId, "key")).toBeUndefined();
      expect(await storage.system.hosts.nextEpoch(hostId, "next")).toBe(21);

      expect(await rows.hosts.remove(hostId, NOW_MS)).toBe(true);
      expect(await rows.hosts.remove(hostId, NOW_MS)).toBe(false);
      expect(await storage.system.hosts.nextEpoch(hostId, "next")).toBeUndefined();
      expect(await rows.hosts.find(hostId)).toBeUndefined();
      expect(await storage.system.hosts.findCredential(hostId)).toEqual({
        ...{ hostId, orgId, agentPublicKey: "next", enrolledAtNs: NOW_NS, removedAtMs: NOW_MS },
        ...{ nextPublicKey: null, nextKeyKind: null },
      });
    });

    test("a host keeps what its agent reported last", async () => {
      const { rows, hostId, projectId } = await makeHost();
      const machine = { hostname: "h", os: "Debian", kernel: "6", arch: "x64", cpus: 2, memoryBytes: 8e9 };
      const engine = { state: "unreachable", code: "engine_permission", message: "no" } as const;
      const report = {
        agentVersion: "0.1.0",
        machine,
        engine: null,
        metricsBackend: "cgroup",
        clockSkewMs: -12.5,
      } as const;
      await rows.hosts.setReport(hostId, report);
      await rows.hosts.setEngine(hostId, engine);
      await rows.hosts.setLastSeen(hostId, NOW_NS);
      await rows.hosts.rename(hostId, "web-2");
      expect(await rows.hosts.find(hostId)).toEqual({
        ...{ ...report, engine, hostId, projectId, name: "web-2", createdAtMs: NOW_MS, lastSeenAtNs: NOW_NS },
        ...{ agentPublicKey: null, enrolledAtNs: null, nextKey: null, clonedAtNs: null },
      });
    });

    test("containers are stored, changed and forgotten in any number", async () => {
      const { rows, hostId } = await makeHost();
      const many = Array.from({ length: 1_201 }, (_, index) => container(hostId, index));
      await rows.containers.upsert(many);
      const [head] = many;
      if (head === undefined) throw new Error("there is one");
      const stopped = { ...head, state: "exited", exitCode: 137 } as const;
      await rows.containers.upsert([stopped]);
      expect(await rows.containers.ofHost(hostId)).toHaveLength(1_201);
      expect(await rows.containers.find(head.containerId)).toEqual(stopped);
      await rows.containers.forget(many.slice(1).map(({ containerId }) => containerId));
      expect(await rows.containers.list()).toEqual([stopped]);
      await rows.containers.forgetHost(hostId);
      await rows.containers.upsert([]);
      expect(await rows.containers.list()).toEqual([]);
    });

    test("[ACTN-08] one idempotency key of one user makes one action", async () => {
      const { rows, hostId } = await makeHost();
      const userId = newId<UserId>("usr");
      const order = action(hostId);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => rows.actions.insert(userId, { ...order, actionId: newId("act") }, "key")),
      );
      expect(new Set(answers.map(({ actionId }) => actionId)).size).toBe(1);
      await expect(rows.actions.insert(userId, { ...order, verb: "STOP" }, "key")).rejects.toMatchObject({
        code: "conflict",
      });
      const other = { ...order, actionId: newId<ActionId>("act") };
      expect(await rows.actions.insert(newId("usr"), other, "key")).toEqual(other);
      for (let count = 0; count < 2; count += 1) {
        const keyless = { ...order, actionId: newId<ActionId>("act") };
        expect(await rows.actions.insert(userId, keyless, null)).toEqual(keyless);
      }
    });

    test("an action is found as it was last stored, and open until it is settled", async () => {
      const { rows, hostId } = await makeHost();
      const order = action(hostId);
      await rows.actions.insert(newId("usr"), order, null);
      for (const state of ACTION_STATES) {
        await rows.actions.update({ ...order, state });
        expect(await rows.actions.find(order.actionId)).toEqual({ ...order, state });
        expect(await rows.actions.open(hostId)).toHaveLength(isSettled(state) ? 0 : 1);
      }
    });

    test("the history of actions is newest first, page by page, of a container or of some hosts", async () => {
      const { orgId, hostId } = await makeHost();
      const rows = storage.org(orgId);
      const made: Action[] = [];
      for (let index = 0; index < 5; index += 1) {
        // Two of one instant: the page between them loses neither.
        const order = { ...action(hostId), requestedAtNs: `180000000000000000${index >> 1}` };
        made.push(await rows.actions.insert(newId("usr"), order, null));
      }
      const newest = made.toSorted((a, b) =>
        a.requestedAtNs === b.requestedAtNs
          ? a.actionId < b.actionId
            ? 1
            : -1
          : a.requestedAtNs < b.requestedAtNs
            ? 1
            : -1,
      );
      const paged: Action[] = [];
      for (let before: Action | undefined; ; before = paged.at(-1)) {
        const page = await rows.actions.list({ limit: 2, before, hostIds: [hostId] });
        if (page.length === 0) break;
        paged.push(...page);
      }
      expect(paged).toEqual(newest);
      const [one] = made as [Action];
      expect(await rows.actions.list({ limit: 9, containerId: one.containerId })).toEqual([one]);
      expect(await rows.actions.list({ limit: 9, hostIds: [] })).toEqual([]);
      expect(await rows.actions.openOn(one.containerId)).toEqual([one]);
      expect(await rows.actions.allOpen()).toHaveLength(5);
      expect(await storage.org((await makeOrg()).orgId).actions.list({ limit: 9 })).toEqual([]);
    });

    test("[ACTN-11] of many who carry out a plan at once, one does; old plans are forgotten", async () => {
      const { orgId } = await makeOrg();
      const { bulkActions } = storage.org(orgId);
      const row = { userId: newId<UserId>("usr"), state: "planned", expiresAtMs: NOW_MS, documentJson: "{}" };
      const [bulkId, old] = [newId<BulkId>("blk"), newId<BulkId>("blk")];
      await bulkActions.plan({ ...row, bulkId: old, expiresAtMs: NOW_MS - 10 }, NOW_MS - 20);
      await bulkActions.plan({ ...row, bulkId }, NOW_MS);
      expect(await bulkActions.find(old)).toBeUndefined();
      const begun = await Promise.all(Array.from({ length: 4 }, () => bulkActions.begin(bulkId, '{"a":1}')));
      expect(begun.filter(Boolean)).toHaveLength(1);
      expect(await bulkActions.inState("running")).toMatchObject([{ bulkId, documentJson: '{"a":1}' }]);
      await bulkActions.update(bulkId, "finished", "{}");
      expect(await bulkActions.inState("running")).toEqual([]);
      expect(await storage.org((await makeOrg()).orgId).bulkActions.find(bulkId)).toBeUndefined();
    });

    test("[PRO-1] the version of an org's rules grows with every change, whatever the clock says", async () => {
      const { orgId } = await makeOrg();
      const { protectionRules } = storage.org(orgId);
      expect(await protectionRules.version()).toBe(0);
      const versions = [await protectionRules.raiseVersion(NOW_MS), await protectionRules.raiseVersion(5)];
      expect(versions).toEqual([NOW_MS, NOW_MS + 1]);
      const match = { name: "db-*", image: null, label: null, composeProject: null, projectId: null };
      const ruleId = newId<ProtectionRuleId>("rul");
      const rule = {
        ruleId,
        match,
        scope: "all",
        note: "",
        createdAt: "2026-11-21T00:00:00.000Z",
        createdBy: "A",
      } as const;
      await protectionRules.put(rule, NOW_MS);
      await protectionRules.put({ ...rule, note: "changed" }, NOW_MS);
      expect(await protectionRules.list()).toEqual([{ ...rule, note: "changed" }]);
      expect(await storage.org((await makeOrg()).orgId).protectionRules.list()).toEqual([]);
      await protectionRules.remove(ruleId);
      expect(await protectionRules.list()).toEqual([]);
    });

    test("audit rows can only be added, each number once", async () => {
      const { orgId } = await makeOrg();
      const { audit } = storage.org(orgId);
      await audit.start("zero");
      const row = { seq: 1, atNs: NOW_NS, kind: "k", actorId: "a", targetId: null, body: "{}", hash: "one" };
      await audit.append(row);
      expect(await audit.head()).toEqual({ seq: 1, hash: "one" });
      await expect(audit.append(row)).rejects.toThrow();
      await expect(opened.execute(`update audit set body = 'x' where org_id = '${orgId}'`)).rejects.toThrow(
        /never changed/,
      );
      await expect(opened.execute(`delete from audit where org_id = '${orgId}'`)).rejects.toThrow(/never changed/);
      expect(await audit.after(0, 10)).toEqual([row]);
      expect(await audit.before(2, 10, { actorId: "a" })).toEqual([row]);
      expect(await audit.before(null, 10, { kinds: ["other"] })).toEqual([]);
    });

    test("[AUDT-04] audit rows are found by kind, actor, target and time", async () => {
      const { orgId } = await makeOrg();
      const { audit } = storage.org(orgId);
      await audit.start("zero");
      const ns = 1_700_000_000_000_000_000n;
      const rows = ["a.one", "a.two", "b.one"].map((kind, index) => {
        const atNs = (ns + BigInt(index)).toString();
        return { seq: index + 1, atNs, kind, actorId: `u${index}`, targetId: "t", body: "{}", hash: `h${index}` };
      });
      for (const row of rows) await audit.append(row);
      const found = async (filter: Parameters<typeof audit.before>[2]) =>
        (await audit.before(null, 10, filter)).map(({ seq }) => seq);
      expect(await found({ kinds: ["a.one", "b.one"] })).toEqual([3, 1]);
      expect(await found({ actorId: "u1" })).toEqual([2]);
      expect(await found({ targetId: "t", sinceNs: ns + 1n })).toEqual([3, 2]);
      expect(await found({ sinceNs: -5n, untilNs: ns + 1n })).toEqual([1]);
      expect((await audit.after(1, 10, { untilNs: ns + 2n })).map(({ seq }) => seq)).toEqual([2]);
    });

    test("[AUDT-05] an agent's newer word about the audit counts, an older one does not", async () => {
      const { orgId } = await makeOrg();
      const { auditWitnesses } = storage.org(orgId);
      const hostId = newId<HostId>("hst");
      await auditWitnesses.put({ hostId, seq: 5, hash: "five" });
      await auditWitnesses.put({ hostId, seq: 4, hash: "four" });
      expect(await auditWitnesses.list()).toEqual([{ hostId, seq: 5, hash: "five" }]);
      await auditWitnesses.put({ hostId, seq: 5, hash: "other" });
      expect(await auditWitnesses.list()).toEqual([{ hostId, seq: 5, hash: "other" }]);
      await auditWitnesses.put({ hostId, seq: 9, hash: "nine" });
      expect(await auditWitnesses.list()).toEqual([{ hostId, seq: 9, hash: "nine" }]);
    });

    test("[SEC] nothing of one org is seen or changed through another", async () => {
      const { rows, orgId, hostId } = await makeHost();
      const other = storage.org((await makeOrg()).orgId);
      const userId = await makeUser();
      await join(orgId, userId, "owner");
      const shown = container(hostId, 1);
      const order = action(hostId);
      const tokenId = newId<JoinTokenId>("jtk");
      await rows.containers.upsert([shown]);
      await rows.actions.insert(userId, order, null);
      await rows.joinTokens.create({ tokenId, hostId, seedPublicKey: "s", createdAtMs: 0, expiresAtMs: NOW_MS });
      await rows.audit.start("zero");
      await rows.audit.append({ seq: 1, atNs: "1", kind: "k", actorId: null, targetId: null, body: "{}", hash: "h" });

      expect(await other.hosts.list()).toEqual([]);
      expect(await other.hosts.find(hostId)).toBeUndefined();
      expect(await other.hosts.remove(hostId, NOW_MS)).toBe(false);
      expect(await other.hosts.setAgentKey(hostId, { agentPublicKey: "evil", nowNs: NOW_NS })).toBeUndefined();
      await other.hosts.rename(hostId, "evil");
      expect(await other.containers.list()).toEqual([]);
      expect(await other.containers.ofHost(hostId)).toEqual([]);
      expect(await other.containers.find(shown.containerId)).toBeUndefined();
      await other.containers.forget([shown.containerId]);
      await other.containers.forgetHost(hostId);
      await expect(other.containers.upsert([shown])).rejects.toThrow(); // a host of another org
      expect(await other.actions.find(order.actionId)).toBeUndefined();
      expect(await other.actions.open(hostId)).toEqual([]);
      await other.actions.update({ ...order, state: "failed" });
      expect(await other.joinTokens.consume(tokenId, { nowMs: 1, agentPublicKey: "evil" })).toBe(false);
      expect(await other.members.list()).toEqual([]);
      await other.members.setRole(userId, "viewer");
      await other.members.remove(userId);
      expect(await other.audit.after(0, 10)).toEqual([]);
      expect(await other.audit.head()).toBeUndefined();

      expect(await rows.hosts.find(hostId)).toMatchObject({ name: "web-1", agentPublicKey: null });
      expect(await rows.containers.list()).toEqual([shown]);
      expect(await rows.actions.find(order.actionId)).toEqual(order);
      expect(await rows.members.list()).toMatchObject([{ userId, role: "owner" }]);
      expect(await storage.system.joinTokens.find(tokenId)).toMatchObject({ consumedAtMs: null });
    });

    test("a transaction is all or nothing", async () => {
      const { orgId } = await makeOrg();
      const projectId = newId<ProjectId>("prj");
      const project = { projectId, name: "Second", createdAtMs: NOW_MS + 1 };
      const failing = storage.transaction(async (scope) => {
        await scope.org(orgId).projects.create(project);
        expect(await scope.org(orgId).projects.list()).toHaveLength(2);
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      expect(await storage.org(orgId).projects.list()).toHaveLength(1);
      await storage.transaction((scope) => scope.org(orgId).projects.create(project));
      expect((await storage.org(orgId).projects.list()).map(({ name }) => name)).toEqual(["Default", "Second"]);
      await storage.ping();
    });
  });
};

const container = (hostId: HostId, index: number): Container => ({
  dockerId: asId(index.toString(16).padStart(64, "0")),
  name: `name-${index}`,
  image: "busybox",
  imageId: "sha256:0",
  state: "running",
  health: "none",
  exitCode: null,
  oomKilled: false,
  createdAtNs: NOW_NS,
  startedAtNs: NOW_NS,
  finishedAtNs: null,
  restartCount: 0,
  labels: { "a'b\"c": "\u0001 ✓ 🚢" },
  ports: [],
  networkMode: "bridge",
  tty: false,
  logDriver: "json-file",
  logOptions: {},
  memoryLimitBytes: null,
  cpuLimitCores: 0.5,
  stopGraceSeconds: null,
  compose: null,
  isAgent: false,
  containerId: asId<ContainerId>(`ctr_${hostId.slice(4)}${index}`),
  workloadId: asId(`wkl_${index}`),
  hostId,
  removedAtNs: null,
  logSource: { kind: "pending" },
});

const action = (hostId: HostId): Action => ({
  actionId: newId("act"),
  containerId: newId("ctr"),
  hostId,
  verb: "RESTART",
  state: "requested",
  reason: "because",
  actor: "A",
  requestedAtNs: NOW_NS,
  settledAtNs: null,
  error: null,
});
