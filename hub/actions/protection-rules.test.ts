import type { Container } from "@yardarm/protocol/container";
import { asId, type DockerId, type HostId, type ProjectId, type ProtectionRuleId } from "@yardarm/protocol/ids";
import { reportedContainer } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { type HubCore, openHubCore } from "../../testkit/hub-core.ts";
import type { Actor } from "../auth/authority/can.ts";
import { newId } from "../auth/crypto/new-id.ts";
import { ProtectionRules } from "./protection-rules.ts";

const hubContainer = asId<DockerId>("f".repeat(64));
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");
const nothing = { name: null, image: null, label: null, composeProject: null, projectId: null };
const container = (changes: Partial<Container> = {}): Container => ({
  ...reportedContainer(1),
  ...{ containerId: newId("ctr"), workloadId: newId("wkl"), hostId, removedAtNs: null, labels: {} },
  ...{ logSource: { kind: "pending" }, isAgent: false },
  ...changes,
});

const open = async (hub: HubCore) => {
  const { orgId, userId } = await hub.claim();
  const actor: Actor = {
    ...{ orgId, userId, sessionId: null, role: "admin", projects: null, name: "Ada", email: "ada@example.com" },
  };
  const changed: string[] = [];
  const openRules = async (): Promise<ProtectionRules> => {
    const rules = new ProtectionRules({
      ...{ storage: hub.storage, audit: hub.audit, hubId: hub.keys.hubId, hubContainer },
      changed: (org) => changed.push(org),
      newRuleId: () => newId<ProtectionRuleId>("rul"),
      nowNs: () => hub.clock.nowNs(),
    });
    await rules.load();
    return rules;
  };
  return { orgId, requester: { actor, address: "192.0.2.1" }, changed, openRules, rules: await openRules() };
};

describe("protection rules", () => {
  test("[ACTN-05] a rule protects what fits at once, is told, audited, and there after a restart", async () => {
    await using hub = await openHubCore();
    const { orgId, requester, changed, rules, openRules } = await open(hub);
    const made = await rules.create(requester, { match: { ...nothing, name: "db-*" }, scope: "stop", note: "data" });
    expect(changed).toEqual([orgId]);
    for (const kept of [rules, await openRules()]) {
      expect(kept.protectionOf(orgId, undefined, container({ name: "db-1" }))).toEqual({
        scope: "stop",
        reason: "A rule of the organization protects this container (data).",
      });
      expect(kept.protectionOf(orgId, undefined, container({ name: "web" })).scope).toBe("none");
    }
    await rules.update(requester, made.ruleId, { scope: "all" });
    expect(rules.protectionOf(orgId, undefined, container({ name: "db-1" })).scope).toBe("all");
    await rules.remove(requester, made.ruleId);
    expect(rules.protectionOf(orgId, undefined, container({ name: "db-1" })).scope).toBe("none");
    await expect(rules.remove(requester, made.ruleId)).rejects.toMatchObject({ code: "not_found" });
    const rows = await hub.audit.list(orgId, { before: null, limit: 3 });
    expect(rows.map(({ kind, target }) => [kind, target?.id])).toEqual([
      ["protection.deleted", made.ruleId],
      ["protection.changed", made.ruleId],
      ["protection.created", made.ruleId],
    ]);
  });

  test("[ACTN-05] a rule of a project is told to its hosts alone; the version grows with every change", async () => {
    await using hub = await openHubCore();
    const { orgId, requester, rules } = await open(hub);
    const [project] = await hub.storage.org(orgId).projects.list();
    const projectId = project?.projectId as ProjectId;
    const match = { ...nothing, projectId, image: "postgres:*" };
    const before = rules.orderFor(orgId, hostId, projectId);
    const { ruleId } = await rules.create(requester, { match, scope: "all", note: "" });
    const order = rules.orderFor(orgId, hostId, projectId);
    expect(order.rules).toEqual([
      { name: null, image: "postgres:*", label: null, composeProject: null, scope: "all", note: "" },
    ]);
    expect(rules.orderFor(orgId, hostId, newId<ProjectId>("prj")).rules).toEqual([]);
    await rules.update(requester, ruleId, { note: "x" });
    const versions = [before.version, order.version, rules.orderFor(orgId, hostId, projectId).version];
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    await expect(
      rules.create(requester, { match: { ...match, projectId: newId<ProjectId>("prj") }, scope: "all", note: "" }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  test("[ACTN-12] [ACTN-05] Yardarm's own containers and labels need no rule; the wider scope wins", async () => {
    await using hub = await openHubCore();
    const { orgId, requester, rules } = await open(hub);
    await rules.create(requester, { match: { ...nothing, name: "*" }, scope: "stop", note: "" });
    const scopeOf = (changes: Partial<Container>): string =>
      rules.protectionOf(orgId, undefined, container(changes)).scope;
    expect(scopeOf({ dockerId: hubContainer })).toBe("all");
    expect(scopeOf({ isAgent: true })).toBe("all");
    expect(scopeOf({ labels: { "yardarm.protected": "true" } })).toBe("all");
    expect(scopeOf({ labels: { "yardarm.protected": "false" } })).toBe("stop");
  });

  test("an organization has so many rules and no more: all of them travel in one message", async () => {
    await using hub = await openHubCore();
    const { requester, rules } = await open(hub);
    const rule = { match: { ...nothing, name: "x" }, scope: "all", note: "" } as const;
    for (let count = 0; count < 64; count += 1) await rules.create(requester, rule);
    await expect(rules.create(requester, rule)).rejects.toMatchObject({ code: "conflict" });
  });
});
