import type { ChangeMemberRequest, Member as MemberView } from "@yardarm/protocol/api/members";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { OrgId, ProjectId, UserId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { OrgStorage, Storage } from "../../storage/storage.ts";
import type { Member } from "../../storage/tables/memberships.ts";
import { type Actor, demand } from "../authority/can.ts";
import { isAtLeast } from "../authority/permissions.ts";
import { type Announce, entryBy, type Requester } from "../authority/requester.ts";

export interface MembersOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly announce: Announce;
}

/**
 * Who belongs to an org, and as what. Every change reads what it decides by under the lock of the org, the asker's own
 * role included: two who remove each other, or the last two owners at once, come one after the other.
 */
export class Members {
  readonly #options: MembersOptions;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  async list(actor: Actor): Promise<readonly MemberView[]> {
    const members = await this.#options.storage.org(actor.orgId).members.list();
    return members.map((member) => toView(member, actor));
  }

  /** @throws ProtocolError `not_found`, `forbidden` (above one's own role), `conflict` (the last owner), `invalid_request` */
  async change(requester: Requester, userId: UserId, change: ChangeMemberRequest): Promise<MemberView> {
    return this.#locked(requester.actor, async (org) => {
      const { me, other } = await this.#find(org, requester.actor, userId);
      const role = change.role ?? other.role;
      const projects = role === "owner" ? null : change.projects === undefined ? other.projects : change.projects;
      if (role === "owner" && change.projects) {
        throw new ProtocolError("invalid_request", "An owner has the whole organization: narrow another role.");
      }
      if (!isAtLeast(me.role, role)) throw aboveOneself();
      await checkProjects(org, projects);
      if (other.role === "owner" && role !== "owner") await keepAnOwner(org);
      await org.members.setRole(userId, role);
      await org.members.setProjects(userId, projects);
      const details = { before: describe(other), after: describe({ role, projects }) };
      await this.#record(org, requester, { kind: "member.changed", member: other, details });
      return toView({ ...other, role, projects }, requester.actor);
    }).then((view) => this.#announced(requester.actor.orgId, userId, view));
  }

  /** @throws ProtocolError `not_found`, `forbidden`, `conflict` (the last owner) */
  async remove(requester: Requester, userId: UserId): Promise<void> {
    await this.#locked(requester.actor, async (org) => {
      const { other } = await this.#find(org, requester.actor, userId);
      await this.#end(org, requester, other, "member.removed");
    });
    this.#announced(requester.actor.orgId, userId, undefined);
  }

  /** @throws ProtocolError `conflict` for the last owner */
  async leave(requester: Requester): Promise<void> {
    const { actor } = requester;
    await this.#locked(actor, async (org) => {
      const me = await org.members.find(actor.userId);
      if (me === undefined) throw noSuchMember();
      await this.#end(org, requester, me, "member.left");
    });
    this.#announced(actor.orgId, actor.userId, undefined);
  }

  /**
   * Makes another member an owner and the asker an admin, at once.
   *
   * @throws ProtocolError `forbidden` for whoever is no owner any more, `not_found`, `conflict` for oneself
   */
  async transfer(requester: Requester, userId: UserId): Promise<void> {
    const { actor } = requester;
    if (userId === actor.userId) throw new ProtocolError("conflict", "You own this organization already.");
    await this.#locked(actor, async (org) => {
      const me = await org.members.find(actor.userId);
      const other = await org.members.find(userId);
      if (other === undefined || me === undefined) throw noSuchMember();
      if (me.role !== "owner") throw new ProtocolError("forbidden", "Only an owner can hand the organization over.");
      await org.members.setRole(userId, "owner");
      await org.members.setProjects(userId, null);
      await org.members.setRole(actor.userId, "admin");
      const details = { before: describe(other), after: "owner", handedOver: true };
      await this.#record(org, requester, { kind: "member.changed", member: other, details });
      const own = { before: "owner", after: "admin", handedOver: true };
      await this.#record(org, requester, { kind: "member.changed", member: me, details: own });
    });
    this.#announced(actor.orgId, actor.userId, undefined);
    this.#announced(actor.orgId, userId, undefined);
  }

  #locked<Result>(actor: Actor, task: (org: OrgStorage) => Promise<Result>): Promise<Result> {
    return this.#options.storage.transaction(async (scope) => {
      const org = scope.org(actor.orgId);
      await org.members.lock();
      return task(org);
    });
  }

  /** Both as they are now; the asker may still do this, and to this member. */
  async #find(org: OrgStorage, actor: Actor, userId: UserId): Promise<{ readonly me: Member; readonly other: Member }> {
    const me = await org.members.find(actor.userId);
    if (me === undefined) throw noSuchMember();
    demand({ ...actor, role: me.role, projects: me.projects }, "member.manage", { orgId: org.orgId });
    const other = await org.members.find(userId);
    if (other === undefined) throw noSuchMember();
    if (!isAtLeast(me.role, other.role)) throw aboveOneself();
    return { me, other };
  }

  async #end(
    org: OrgStorage,
    requester: Requester,
    member: Member,
    kind: "member.removed" | "member.left",
  ): Promise<void> {
    if (member.role === "owner") await keepAnOwner(org);
    await org.apiTokens.revokeAllOf(member.userId);
    await org.members.remove(member.userId);
    await this.#record(org, requester, { kind, member, details: { role: member.role } });
  }

  async #record(
    org: OrgStorage,
    requester: Requester,
    what: {
      readonly kind: "member.changed" | "member.removed" | "member.left";
      readonly member: Member;
      readonly details: Readonly<Record<string, string | boolean>>;
    },
  ): Promise<void> {
    const target = { type: "user", id: what.member.userId, name: what.member.name } as const;
    const details = { email: what.member.email, ...what.details };
    await this.#options.audit.appendIn(org, entryBy(requester, { kind: what.kind, target, details }));
  }

  #announced<Result>(orgId: OrgId, userId: UserId, result: Result): Result {
    this.#options.announce({ orgId, userId });
    return result;
  }
}

/** @throws ProtocolError `not_found` for a project that the org does not have */
export const checkProjects = async (org: OrgStorage, projects: readonly ProjectId[] | null): Promise<void> => {
  if (projects === null) return;
  const known = new Set((await org.projects.list()).map(({ projectId }) => projectId));
  if (!projects.every((projectId) => known.has(projectId))) {
    throw new ProtocolError("not_found", "There is no such project.");
  }
};

const keepAnOwner = async (org: OrgStorage): Promise<void> => {
  if ((await org.members.countOwners()) > 1) return;
  throw new ProtocolError("conflict", "An organization keeps at least one owner: hand it over first.");
};

const noSuchMember = (): ProtocolError => new ProtocolError("not_found", "There is no such member.");
const aboveOneself = (): ProtocolError =>
  new ProtocolError("forbidden", "That is above your own role: ask somebody who has it.");

export const describe = ({ role, projects }: Pick<Member, "role" | "projects">): string =>
  projects === null ? role : `${role} in ${projects.join(", ")}`;

const toView = ({ createdAtMs, projects, ...member }: Member, actor: Actor): MemberView => ({
  ...member,
  projects: projects === null ? null : [...projects],
  joinedAt: new Date(createdAtMs).toISOString(),
  self: member.userId === actor.userId,
});
