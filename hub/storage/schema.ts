import type { Kysely } from "kysely";
import type { ActionsTable } from "./tables/actions.ts";
import type { AgentNoncesTable } from "./tables/agent-nonces.ts";
import type { ApiTokensTable } from "./tables/api-tokens.ts";
import type { AuditHeadsTable, AuditTable } from "./tables/audit.ts";
import type { AuditWitnessesTable } from "./tables/audit-witnesses.ts";
import type { BulkActionsTable } from "./tables/bulk-actions.ts";
import type { ContainersTable } from "./tables/containers.ts";
import type { HostsTable } from "./tables/hosts.ts";
import type { LinkedIdentitiesTable, OidcFlowsTable } from "./tables/identities.ts";
import type { InstanceTable } from "./tables/instance.ts";
import type { InvitationsTable } from "./tables/invitations.ts";
import type { JoinTokensTable } from "./tables/join-tokens.ts";
import type { LogRetentionTable } from "./tables/log-retention.ts";
import type { MembershipsTable } from "./tables/memberships.ts";
import type { OrgsTable } from "./tables/orgs.ts";
import type { PasskeyChallengesTable, PasskeysTable } from "./tables/passkeys.ts";
import type { PasswordResetsTable } from "./tables/password-resets.ts";
import type { ProjectsTable } from "./tables/projects.ts";
import type { ProtectionRulesTable, ProtectionVersionsTable } from "./tables/protection-rules.ts";
import type { SavedViewsTable } from "./tables/saved-views.ts";
import type { PendingSignInsTable, RecoveryCodesTable, TotpFactorsTable } from "./tables/second-factors.ts";
import type { SessionsTable } from "./tables/sessions.ts";
import type { UsersTable } from "./tables/users.ts";
import type { WsTicketsTable } from "./tables/ws-tickets.ts";

/**
 * The tables as queries see them; in the database all names are snake_case. `…Ms` are milliseconds and `…Ns`
 * nanoseconds (decimal text) since the epoch; `…Json` is text; booleans are derived from nullable times.
 */
export interface Schema {
  instance: InstanceTable;
  users: UsersTable;
  sessions: SessionsTable;
  orgs: OrgsTable;
  projects: ProjectsTable;
  memberships: MembershipsTable;
  hosts: HostsTable;
  joinTokens: JoinTokensTable;
  agentNonces: AgentNoncesTable;
  containers: ContainersTable;
  actions: ActionsTable;
  audit: AuditTable;
  auditHeads: AuditHeadsTable;
  auditWitnesses: AuditWitnessesTable;
  wsTickets: WsTicketsTable;
  invitations: InvitationsTable;
  apiTokens: ApiTokensTable;
  passwordResets: PasswordResetsTable;
  totpFactors: TotpFactorsTable;
  recoveryCodes: RecoveryCodesTable;
  pendingSignIns: PendingSignInsTable;
  passkeys: PasskeysTable;
  passkeyChallenges: PasskeyChallengesTable;
  linkedIdentities: LinkedIdentitiesTable;
  oidcFlows: OidcFlowsTable;
  orgRetention: LogRetentionTable;
  savedViews: SavedViewsTable;
  protectionRules: ProtectionRulesTable;
  protectionVersions: ProtectionVersionsTable;
  bulkActions: BulkActionsTable;
}

/** A connection or a transaction; both take the same queries. */
export type Db = Kysely<Schema>;
