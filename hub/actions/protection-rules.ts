import type { ChangeProtectionRule, CreateProtectionRule } from "@yardarm/protocol/api/protection";
import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId, HostId, HubId, OrgId, ProjectId, ProtectionRuleId } from "@yardarm/protocol/ids";
import { MOST_PROTECTION_RULES } from "@yardarm/protocol/limits";
import { type Protection, protectionOf } from "@yardarm/protocol/protection";
import type { OrderedRule, ProtectionOrder, ProtectionRule } from "@yardarm/protocol/protection-schema";
import type { AuditChain } from "../audit/audit-chain.ts";
import type { AuditEntry, AuditKind } from "../audit/audit-row.ts";
import type { Requester } from "../auth/authority/requester.ts";
import type { OrgStorage, Storage } from "../storage/storage.ts";

export type ProtectionRulesOptions = {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly hubId: HubId;
  /** The container in which this hub runs; `null`: in none. */
  readonly hubContainer: DockerId | null;
  /** The org's rules changed: everything that shows or enforces them MUST be told. */
  readonly changed: (orgId: OrgId) => void;
  readonly newRuleId: () => ProtectionRuleId;
  readonly nowNs: () => bigint;
};

type OrgRules = { readonly version: number; readonly rules: readonly ProtectionRule[] };

const NONE: OrgRules = { version: 0, rules: [] };
const NS_PER_MS = 1_000_000n;

/** The organizations' own protection of containers (ACTN-05), kept in memory because every container on a screen asks for it. */
export class ProtectionRules {
  readonly #options: ProtectionRulesOptions;
  readonly #orgs = new Map<OrgId, OrgRules>();

  constructor(options: ProtectionRulesOptions) {
    this.#options = options;
  }

  /** Reads the rules of every org. Call it before containers are shown. */
  async load(): Promise<void> {
    const { storage } = this.#options;
    for (const { orgId } of await storage.system.orgs.list()) await this.reload(orgId);
  }

  /** Reads one org's rules again, after another node changed them. */
  async reload(orgId: OrgId): Promise<void> {
    const { protectionRules } = this.#options.storage.org(orgId);
    const version = await protectionRules.version();
    if (version > 0) this.#orgs.set(orgId, { version, rules: await protectionRules.list() });
  }

  /** Oldest first. */
  list(orgId: OrgId): readonly ProtectionRule[] {
    return (this.#orgs.get(orgId) ?? NONE).rules;
  }

  /** What protects a container of a host in `projectId`, all sources together. */
  protectionOf(orgId: OrgId, projectId: ProjectId | undefined, container: Container): Protection {
    return protectionOf(container, {
      rules: this.#rulesFor(orgId, projectId),
      hubContainer: this.#options.hubContainer,
    });
  }

  /** What the agent of a host in `projectId` is told; to be signed. */
  orderFor(orgId: OrgId, hostId: HostId, projectId: ProjectId): ProtectionOrder {
    const { hubId, hubContainer, nowNs } = this.#options;
    // An org that never had rules has version 0, which is no number to tell.
    const version = Math.max((this.#orgs.get(orgId) ?? NONE).version, 1);
    const rules = this.#rulesFor(orgId, projectId);
    return { hubId, orgId, hostId, version, issuedAtNs: nowNs().toString(), rules, hubContainer };
  }

  /** @throws ProtocolError `conflict` when there are too many */
  async create(requester: Requester, { match, scope, note }: CreateProtectionRule): Promise<ProtectionRule> {
    const { newRuleId } = this.#options;
    const createdAtMs = this.#nowMs();
    const rule: ProtectionRule = {
      ...{ ruleId: newRuleId(), match, scope, note, createdBy: requester.actor.name },
      createdAt: new Date(createdAtMs).toISOString(),
    };
    await this.#change(requester, "protection.created", async (org, all) => {
      if (all.length >= MOST_PROTECTION_RULES) {
        throw new ProtocolError("conflict", `There are ${MOST_PROTECTION_RULES} rules already: remove one first.`);
      }
      await refuseStrangeProject(org, match.projectId);
      await org.protectionRules.put(rule, createdAtMs);
      return rule;
    });
    return rule;
  }

  /** @throws ProtocolError `not_found` */
  async update(requester: Requester, ruleId: ProtectionRuleId, change: ChangeProtectionRule): Promise<ProtectionRule> {
    let after: ProtectionRule | undefined;
    await this.#change(requester, "protection.changed", async (org, all) => {
      const before = known(all, ruleId);
      const { match = before.match, scope = before.scope, note = before.note } = change;
      await refuseStrangeProject(org, match.projectId);
      after = { ...before, match, scope, note };
      await org.protectionRules.put(after, Date.parse(before.createdAt));
      return after;
    });
    if (after === undefined) throw new Error("A rule was changed into nothing.");
    return after;
  }

  /** @throws ProtocolError `not_found` */
  async remove(requester: Requester, ruleId: ProtectionRuleId): Promise<void> {
    await this.#change(requester, "protection.deleted", async (org, all) => {
      const rule = known(all, ruleId);
      await org.protectionRules.remove(ruleId);
      return rule;
    });
  }

  /** A change and its audit row: both, or neither; then everybody is told. */
  async #change(
    { actor, address }: Requester,
    kind: AuditKind,
    change: (org: OrgStorage, all: readonly ProtectionRule[]) => Promise<ProtectionRule>,
  ): Promise<void> {
    const { storage, audit } = this.#options;
    const { orgId, userId, name } = actor;
    await storage.transaction(async (scope) => {
      const org = scope.org(orgId);
      // Also above what agents saw before a backup of the database was restored.
      await org.protectionRules.raiseVersion(this.#nowMs());
      const rule = await change(org, await org.protectionRules.list());
      const entry: AuditEntry = {
        ...{ kind, address, reason: null, outcome: "success" },
        actor: { type: "user", id: userId, name },
        target: { type: "protection_rule", id: rule.ruleId, name: rule.note },
        details: { match: JSON.stringify(rule.match), scope: rule.scope },
      };
      await audit.appendIn(org, entry);
    });
    await this.reload(orgId);
    this.#options.changed(orgId);
  }

  /** A rule of a project is a rule of its hosts; agents know no projects. */
  #rulesFor(orgId: OrgId, projectId: ProjectId | undefined): OrderedRule[] {
    return this.list(orgId).flatMap(({ match: { projectId: only, ...patterns }, scope, note }) =>
      only === null || only === projectId ? [{ ...patterns, scope, note }] : [],
    );
  }

  #nowMs(): number {
    return Number(this.#options.nowNs() / NS_PER_MS);
  }
}

const known = (all: readonly ProtectionRule[], ruleId: ProtectionRuleId): ProtectionRule => {
  const rule = all.find((one) => one.ruleId === ruleId);
  if (rule === undefined) throw new ProtocolError("not_found", "There is no such rule.");
  return rule;
};

const refuseStrangeProject = async (org: OrgStorage, projectId: ProjectId | null): Promise<void> => {
  if (projectId === null) return;
  if ((await org.projects.list()).some((project) => project.projectId === projectId)) return;
  throw new ProtocolError("not_found", "There is no such project.");
};
