import type {
  CreateInvitationRequest,
  InvitationOffer,
  Invitation as InvitationView,
} from "@yardarm/protocol/api/invitations";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { InvitationId, OrgId, UserId } from "@yardarm/protocol/ids";
import { INVITATION_MS } from "@yardarm/protocol/limits";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage, StorageScope } from "../../storage/storage.ts";
import type { Invitation } from "../../storage/tables/invitations.ts";
import { type Actor, can } from "../authority/can.ts";
import { isAtLeast } from "../authority/permissions.ts";
import { auditActorOf, entryBy, type Requester } from "../authority/requester.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";
import { checkProjects, describe } from "./members.ts";

const MOST_OPEN = 500;

export interface InvitationsOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Who comes in: an account that has the invited address. */
export type Guest = { readonly userId: UserId; readonly name: string; readonly email: string };

type Found = Invitation & { readonly orgId: OrgId; readonly orgName: string; readonly inviterName: string };

/**
 * Asking somebody into an org (IDTY-05). An invitation is a secret of which the hub keeps the hash, for one e-mail
 * address and one role; it is spent by one statement, and whether its inviter may still invite is asked then.
 */
export class Invitations {
  readonly #options: InvitationsOptions;

  constructor(options: InvitationsOptions) {
    this.#options = options;
  }

  async list(actor: Actor): Promise<readonly InvitationView[]> {
    const { storage, nowMs } = this.#options;
    const invitations = await storage.org(actor.orgId).invitations.list();
    return invitations
      .filter(({ expiresAtMs }) => expiresAtMs > nowMs())
      .map((invitation) => toView(invitation, invitation.inviterName));
  }

  /**
   * The secret is shown to the caller once. Another invitation of the same address takes the place of the first.
   *
   * @throws ProtocolError `forbidden` for a role above one's own, `conflict` for a member, `not_found` for a project
   */
  async create(
    requester: Requester,
    { email, role, projects: given }: Required<CreateInvitationRequest>,
  ): Promise<{ readonly invitation: InvitationView; readonly secret: string }> {
    const { storage, audit, nowMs, random } = this.#options;
    const { actor } = requester;
    if (!isAtLeast(actor.role, role)) throw new ProtocolError("forbidden", "Nobody invites above their own role.");
    if (role === "owner" && given !== null) {
      throw new ProtocolError("invalid_request", "An owner has the whole organization: narrow another role.");
    }
    const secret = newSecret(random);
    const createdAtMs = nowMs();
    return storage.transaction(async (scope) => {
      const org = scope.org(actor.orgId);
      await org.members.lock();
      const projects = given as Invitation["projects"];
      await checkProjects(org, projects);
      if ((await org.members.list()).some((member) => member.email === email)) {
        throw new ProtocolError("conflict", "This person is a member already.");
      }
      if ((await org.invitations.list()).length >= MOST_OPEN) {
        throw new ProtocolError("conflict", `There are ${MOST_OPEN} open invitations already.`);
      }
      const invitation: Invitation = {
        invitationId: newId<InvitationId>("inv", random),
        ...{ email, role, projects, createdAtMs },
        invitedBy: actor.userId,
        expiresAtMs: createdAtMs + INVITATION_MS,
      };
      await org.invitations.create({ ...invitation, secretHash: hashSecret(secret) });
      await audit.appendIn(org, entryBy(requester, { kind: "invitation.created", ...about(invitation) }));
      return { invitation: toView(invitation, actor.name), secret };
    });
  }

  /** @throws ProtocolError `not_found` */
  async withdraw(requester: Requester, invitationId: InvitationId): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      const org = scope.org(requester.actor.orgId);
      const invitation = await org.invitations.take(invitationId);
      if (invitation === undefined) throw new ProtocolError("not_found", "There is no such invitation.");
      await audit.appendIn(org, entryBy(requester, { kind: "invitation.withdrawn", ...about(invitation) }));
    });
  }

  /** What the holder of the secret may know. @throws ProtocolError `token_invalid`, `token_expired` */
  async look(secret: string): Promise<InvitationOffer> {
    const { orgName, email, role, inviterName, expiresAtMs } = await this.find(secret);
    const account = await this.#options.storage.system.users.findByEmail(email);
    return {
      ...{ orgName, email, role },
      invitedBy: inviterName,
      expiresAt: new Date(expiresAtMs).toISOString(),
      hasAccount: account !== undefined,
    };
  }

  /** @throws ProtocolError `token_invalid` (unknown, spent, withdrawn), `token_expired` */
  async find(secret: string): Promise<Found> {
    return this.findByHash(hashSecret(secret));
  }

  /** As `find`, for whoever kept the hash while somebody proved themselves, inside a transaction when given its scope. */
  async findByHash(secretHash: string, scope: StorageScope = this.#options.storage): Promise<Found> {
    const found = await scope.system.invitations.findBySecretHash(secretHash);
    if (found === undefined) throw unknownInvitation();
    if (found.expiresAtMs <= this.#options.nowMs()) {
      throw new ProtocolError("token_expired", "This invitation has expired. Ask for another one.");
    }
    return found;
  }

  /**
   * Makes a signed-in person a member.
   *
   * @throws ProtocolError `token_invalid`, `token_expired`, `conflict` for a member, `forbidden` when it is for another
   *   address (which the inviting org's audit records), or when its inviter may not invite any more
   */
  async accept(requester: Requester, secret: string): Promise<OrgId> {
    const { storage, audit } = this.#options;
    const found = await this.find(secret);
    const { actor } = requester;
    if (found.email !== actor.email) {
      const denied = { kind: "invitation.refused", ...about(found), outcome: "denied" } as const;
      await audit.append(found.orgId, entryBy(requester, { ...denied, details: { email: actor.email } }));
      throw new ProtocolError("forbidden", "This invitation is for another e-mail address. Sign in with that one.");
    }
    await storage.transaction((scope) => this.enter(scope, found, { guest: actor, address: requester.address }));
    return found.orgId;
  }

  /** Spends the invitation for this guest inside the caller's transaction, who has proved that the address is theirs. */
  async enter(
    scope: StorageScope,
    { orgId, invitationId }: Pick<Found, "orgId" | "invitationId">,
    { guest, address }: { readonly guest: Guest; readonly address: string },
  ): Promise<void> {
    const { audit, nowMs } = this.#options;
    const org = scope.org(orgId);
    await org.members.lock();
    const invitation = await org.invitations.take(invitationId);
    if (invitation === undefined || invitation.email !== guest.email) throw unknownInvitation();
    const { role, invitedBy } = invitation;
    const inviter = await org.members.find(invitedBy);
    const mayInvite =
      inviter !== undefined &&
      isAtLeast(inviter.role, role) &&
      can({ ...inviter, orgId, sessionId: null }, "member.manage", { orgId }).allowed;
    if (!mayInvite) {
      throw new ProtocolError("forbidden", "Who invited you may not do so any more. Ask another administrator.");
    }
    if ((await org.members.find(guest.userId)) !== undefined) {
      throw new ProtocolError("conflict", "You are a member of this organization already.");
    }
    const known = new Set((await org.projects.list()).map(({ projectId }) => projectId));
    const projects = invitation.projects?.filter((projectId) => known.has(projectId)) ?? null;
    await org.members.add({ userId: guest.userId, role, projects, createdAtMs: nowMs() });
    await audit.appendIn(org, {
      kind: "member.joined",
      actor: auditActorOf(guest),
      target: { type: "user", id: guest.userId, name: guest.name },
      address,
      reason: null,
      outcome: "success",
      details: { email: guest.email, as: describe({ role, projects }), invitedBy, invitationId },
    });
  }

  async prune(): Promise<void> {
    await this.#options.storage.system.invitations.prune(this.#options.nowMs());
  }
}

const unknownInvitation = (): ProtocolError =>
  new ProtocolError("token_invalid", "This invitation is unknown, was used or was withdrawn. Ask for another one.");

const about = ({ invitationId, email, role, projects }: Invitation) => ({
  target: { type: "invitation" as const, id: invitationId, name: email },
  details: { email, as: describe({ role, projects }) },
});

const toView = (
  { createdAtMs, expiresAtMs, projects, invitedBy: _userId, ...invitation }: Invitation,
  invitedBy: string,
): InvitationView => ({
  invitationId: invitation.invitationId,
  email: invitation.email,
  role: invitation.role,
  projects: projects === null ? null : [...projects],
  invitedBy,
  createdAt: new Date(createdAtMs).toISOString(),
  expiresAt: new Date(expiresAtMs).toISOString(),
});
