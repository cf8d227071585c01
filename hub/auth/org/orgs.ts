import type { ChangeOrgRequest, Org as OrgView } from "@yardarm/protocol/api/orgs";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { OrgId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Actor } from "../authority/can.ts";
import { entryBy, type Requester } from "../authority/requester.ts";
import type { RandomBytes } from "../crypto/new-id.ts";
import { noSuchOrg } from "../session/callers.ts";
import type { Sessions } from "../session/sessions.ts";
import { makeOrg } from "./make-org.ts";

/** So that one person cannot fill the database with empty orgs where everybody may create them. */
const MOST_ORGS = 100;

export interface OrgsOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly sessions: Sessions;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** The orgs of a person. */
export class Orgs {
  readonly #options: OrgsOptions;

  constructor(options: OrgsOptions) {
    this.#options = options;
  }

  async list(actor: Actor): Promise<readonly OrgView[]> {
    const orgs = await this.#options.storage.system.orgs.listOf(actor.userId);
    // An API token belongs to one org, and does not tell of the others.
    return orgs
      .filter(({ orgId }) => actor.token === undefined || orgId === actor.orgId)
      .map((org) => ({ ...org, active: org.orgId === actor.orgId }));
  }

  /** A new org, of which the person is the owner. @throws ProtocolError `conflict` beyond 100 of them */
  async create(requester: Requester, name: string): Promise<OrgView> {
    const { storage, audit, nowMs, random } = this.#options;
    const { userId } = requester.actor;
    return storage.transaction(async (scope) => {
      if ((await scope.system.orgs.listOf(userId)).length >= MOST_ORGS) {
        throw new ProtocolError("conflict", `Nobody is a member of more than ${MOST_ORGS} organizations.`);
      }
      const org = await makeOrg(scope, { name, ownerId: userId, createdAtMs: nowMs(), random });
      const target = { type: "org", id: org.orgId, name } as const;
      await audit.appendIn(org, entryBy(requester, { kind: "org.created", target }));
      return { orgId: org.orgId, name, role: "owner", active: false, approvesHosts: false };
    });
  }

  /** Each part that changes leaves a row of its own. */
  async change(requester: Requester, { name, approvesHosts }: ChangeOrgRequest): Promise<OrgView> {
    const { storage, audit, nowMs } = this.#options;
    const { orgId, role } = requester.actor;
    return storage.transaction(async (scope) => {
      const org = scope.org(orgId);
      const before = await org.profile.find();
      if (before === undefined) throw noSuchOrg();
      const target = { type: "org", id: orgId, name: name ?? before.name } as const;
      if (name !== undefined && name !== before.name) {
        await org.profile.rename(name);
        const details = { before: before.name };
        await audit.appendIn(org, entryBy(requester, { kind: "org.renamed", target, details }));
      }
      const approved = before.approvesHostsAtMs !== null;
      if (approvesHosts !== undefined && approvesHosts !== approved) {
        await org.profile.setApprovesHosts(approvesHosts ? nowMs() : null);
        const details = { approvesHosts };
        await audit.appendIn(org, entryBy(requester, { kind: "org.approval_changed", target, details }));
      }
      return { orgId, name: target.name, role, active: true, approvesHosts: approvesHosts ?? approved };
    });
  }

  /**
   * Makes another org the session's active one. The session gets another token with it.
   *
   * @returns the new token; @throws ProtocolError `not_found` for an org of which the person is no member
   */
  async switchTo(actor: Actor, orgId: OrgId): Promise<string> {
    const { storage, sessions } = this.#options;
    const orgs = await storage.system.orgs.listOf(actor.userId);
    if (actor.sessionId === null || !orgs.some((org) => org.orgId === orgId)) throw noSuchOrg();
    return sessions.rotate(actor.sessionId, orgId);
  }
}
