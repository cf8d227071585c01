import type { OrgId } from "@yardarm/protocol/ids";
import { sql } from "kysely";
import { ABOVE_TENANTS, type EngineTraits } from "./engine-traits.ts";
import type { Db } from "./schema.ts";
import { OrgActions } from "./tables/actions.ts";
import { SystemAgentNonces } from "./tables/agent-nonces.ts";
import { OrgApiTokens, SystemApiTokens } from "./tables/api-tokens.ts";
import { OrgAudit } from "./tables/audit.ts";
import { OrgAuditWitnesses } from "./tables/audit-witnesses.ts";
import { OrgBulkActions } from "./tables/bulk-actions.ts";
import { OrgContainers } from "./tables/containers.ts";
import { OrgHosts, SystemHosts } from "./tables/hosts.ts";
import { SystemIdentities } from "./tables/identities.ts";
import { SystemInstance } from "./tables/instance.ts";
import { OrgInvitations, SystemInvitations } from "./tables/invitations.ts";
import { OrgJoinTokens, SystemJoinTokens } from "./tables/join-tokens.ts";
import { OrgLogRetention, SystemLogRetention } from "./tables/log-retention.ts";
import { OrgMembers } from "./tables/memberships.ts";
import { OrgProfile, SystemOrgs } from "./tables/orgs.ts";
import { SystemPasskeys } from "./tables/passkeys.ts";
import { SystemPasswordResets } from "./tables/password-resets.ts";
import { OrgProjects } from "./tables/projects.ts";
import { OrgProtectionRules } from "./tables/protection-rules.ts";
import { OrgSavedViews } from "./tables/saved-views.ts";
import { SystemSecondFactors } from "./tables/second-factors.ts";
import { SystemSessions } from "./tables/sessions.ts";
import { SystemUsers } from "./tables/users.ts";
import { SystemWsTickets } from "./tables/ws-tickets.ts";

/** What belongs to one tenant. */
export interface OrgStorage {
  readonly orgId: OrgId;
  readonly profile: OrgProfile;
  readonly projects: OrgProjects;
  readonly invitations: OrgInvitations;
  readonly apiTokens: OrgApiTokens;
  readonly members: OrgMembers;
  readonly hosts: OrgHosts;
  readonly joinTokens: OrgJoinTokens;
  readonly containers: OrgContainers;
  readonly actions: OrgActions;
  readonly audit: OrgAudit;
  readonly auditWitnesses: OrgAuditWitnesses;
  readonly logRetention: OrgLogRetention;
  readonly savedViews: OrgSavedViews;
  readonly protectionRules: OrgProtectionRules;
  readonly bulkActions: OrgBulkActions;
}

/** The closed list of what stands above tenants: first run, sign-in, enrollment, connecting, boot. */
export interface SystemStorage {
  readonly instance: SystemInstance;
  readonly users: SystemUsers;
  readonly sessions: SystemSessions;
  readonly orgs: SystemOrgs;
  readonly hosts: SystemHosts;
  readonly joinTokens: SystemJoinTokens;
  readonly agentNonces: SystemAgentNonces;
  readonly wsTickets: SystemWsTickets;
  readonly logRetention: SystemLogRetention;
  readonly invitations: SystemInvitations;
  readonly apiTokens: SystemApiTokens;
  readonly passwordResets: SystemPasswordResets;
  readonly secondFactors: SystemSecondFactors;
  readonly passkeys: SystemPasskeys;
  readonly identities: SystemIdentities;
}

/** The two ways to rows; the same inside and outside a transaction. */
export interface StorageScope {
  readonly system: SystemStorage;
  readonly org: (orgId: OrgId) => OrgStorage;
}

const systemOf = (db: Db): SystemStorage =>
  Object.freeze({
    instance: new SystemInstance(db),
    users: new SystemUsers(db),
    sessions: new SystemSessions(db),
    orgs: new SystemOrgs(db),
    hosts: new SystemHosts(db),
    joinTokens: new SystemJoinTokens(db),
    agentNonces: new SystemAgentNonces(db),
    wsTickets: new SystemWsTickets(db),
    logRetention: new SystemLogRetention(db),
    invitations: new SystemInvitations(db),
    apiTokens: new SystemApiTokens(db),
    passwordResets: new SystemPasswordResets(db),
    secondFactors: new SystemSecondFactors(db),
    passkeys: new SystemPasskeys(db),
    identities: new SystemIdentities(db),
  });

const orgOf = (db: Db, orgId: OrgId, traits: EngineTraits): OrgStorage =>
  Object.freeze({
    orgId,
    profile: new OrgProfile(db, orgId),
    projects: new OrgProjects(db, orgId),
    invitations: new OrgInvitations(db, orgId),
    apiTokens: new OrgApiTokens(db, orgId),
    members: new OrgMembers(db, orgId, traits),
    hosts: new OrgHosts(db, orgId),
    joinTokens: new OrgJoinTokens(db, orgId),
    containers: new OrgContainers(db, orgId),
    actions: new OrgActions(db, orgId),
    audit: new OrgAudit(db, orgId, traits),
    auditWitnesses: new OrgAuditWitnesses(db, orgId),
    logRetention: new OrgLogRetention(db, orgId),
    savedViews: new OrgSavedViews(db, orgId),
    protectionRules: new OrgProtectionRules(db, orgId),
    bulkActions: new OrgBulkActions(db, orgId),
  });

const scopeOf = (db: Db, traits: EngineTraits): StorageScope => ({
  system: systemOf(traits.forTenant(db, ABOVE_TENANTS)),
  org: (orgId) => orgOf(traits.forTenant(db, orgId), orgId, traits),
});

/** The hub's database, whichever engine carries it. Failures of the engine are `storage_unavailable`. */
export class Storage implements StorageScope {
  readonly system: SystemStorage;
  readonly org: (orgId: OrgId) => OrgStorage;
  readonly #db: Db;
  readonly #traits: EngineTraits;

  constructor(db: Db, traits: EngineTraits) {
    this.#db = db;
    this.#traits = traits;
    const { system, org } = scopeOf(db, traits);
    this.system = system;
    this.org = org;
  }

  /**
   * Runs `task` in one transaction: all of it or nothing. Inside, `task` MUST use the scope that it is given and
   * nothing else of this object, which on an engine with one connection would wait for itself for ever.
   */
  async transaction<Result>(task: (scope: StorageScope) => Promise<Result>): Promise<Result> {
    return this.#db.transaction().execute((transaction) => task(scopeOf(transaction, this.#traits)));
  }

  /** Resolves when the database answers a query. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#db);
  }

  /** Nothing may be called afterwards. */
  async close(): Promise<void> {
    await this.#db.destroy();
  }
}
