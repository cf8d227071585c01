import type { ChangePasswordRequest, ResetPasswordRequest, SignUpRequest } from "@yardarm/protocol/api/auth";
import { passwordSchema } from "@yardarm/protocol/api/auth";
import type { JoinRequest } from "@yardarm/protocol/api/invitations";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { UserId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { User } from "../../storage/tables/users.ts";
import { recordForAccount } from "../authority/account-audit.ts";
import { type Announce, auditActorOf, type Requester } from "../authority/requester.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { hashSecret } from "../crypto/secrets.ts";
import type { Invitations } from "../org/invitations.ts";
import { makeOrg } from "../org/make-org.ts";
import type { Passwords } from "../password/password.ts";
import { addressBucket } from "../request/client-address.ts";
import { AttemptLimiter } from "../request/rate-limit.ts";
import type { Client, NewSession, Sessions } from "../session/sessions.ts";
import type { Admission, Door } from "../sign-in/door.ts";

const PER_ADDRESS = { attempts: 20, firstBlockSeconds: 60, longestBlockSeconds: 900 };
const PER_ACCOUNT = { attempts: 5, firstBlockSeconds: 60, longestBlockSeconds: 900 };

export interface AccountsOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly invitations: Invitations;
  readonly door: Door;
  readonly announce: Announce;
  /** The operator lets anybody sign up. */
  readonly isOpen: boolean;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** How accounts come to be, and how their passwords change. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #byAddress = new AttemptLimiter(PER_ADDRESS);
  readonly #byAccount = new AttemptLimiter(PER_ACCOUNT);

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#options.isOpen;
  }

  /**
   * Open sign-up: a person with an org of their own.
   *
   * @throws ProtocolError `forbidden` unless the operator turned it on, `conflict` for an address that has an account
   */
  async signUp(request: Omit<SignUpRequest, "setupToken">, client: Client): Promise<NewSession> {
    const { storage, audit, sessions, isOpen, random, nowMs } = this.#options;
    if (!isOpen) throw new ProtocolError("forbidden", "On this hub people are invited. Ask for an invitation.");
    await this.#byAddress.consume(addressBucket(client.address));
    const { name, email, orgName } = request;
    const user = await this.#newUser({ name, email, password: request.password });
    return storage.transaction(async (scope) => {
      if (!(await scope.system.users.create(user))) throw emailTaken();
      const org = await makeOrg(scope, { name: orgName, ownerId: user.userId, createdAtMs: nowMs(), random });
      const target = { type: "org", id: org.orgId, name: orgName } as const;
      await audit.appendIn(org, { ...byUser(user, client.address), kind: "org.created", target, details: { email } });
      return sessions.create({ userId: user.userId, orgId: org.orgId }, client, scope);
    });
  }

  /**
   * Accepts an invitation without a session: the account of the invited address is made, or proved by its password and
   * the code that sign-in asks of it; the invitation is spent with the last proof.
   *
   * @throws ProtocolError `token_invalid`, `token_expired`, `unauthenticated` for a wrong password, `invalid_request`
   *   when a new account lacks a name or its password is too short
   */
  async join({ invitationToken, name, password }: JoinRequest, client: Client): Promise<Admission> {
    const { storage, invitations, sessions, door } = this.#options;
    await this.#byAddress.consume(addressBucket(client.address));
    const invitation = await invitations.find(invitationToken);
    const known = await storage.system.users.findByEmail(invitation.email);
    if (known !== undefined) {
      await this.#prove(known, password);
      const invitationHash = hashSecret(invitationToken);
      const admission = await door.admit({ user: known, by: "password", invitationHash }, client);
      await this.#byAddress.forgive(addressBucket(client.address));
      return admission;
    }
    const user = await this.#newUser({ name, email: invitation.email, password });
    const session = await storage.transaction(async (scope) => {
      if (!(await scope.system.users.create(user))) throw emailTaken();
      await invitations.enter(scope, invitation, { guest: user, address: client.address });
      return sessions.create({ userId: user.userId, orgId: invitation.orgId }, client, scope);
    });
    await this.#byAddress.forgive(addressBucket(client.address));
    return { kind: "session", session };
  }

  /**
   * Replaces the password, and the session's token with it.
   *
   * @returns the session's new token; @throws ProtocolError `unauthenticated` when the present password is wrong
   */
  async changePassword(requester: Requester, change: ChangePasswordRequest): Promise<string> {
    const { storage, audit, sessions, passwords } = this.#options;
    const { userId, sessionId } = requester.actor;
    const user = await storage.system.users.find(userId);
    if (user === undefined || sessionId === null) throw new ProtocolError("unauthenticated", "Sign in first.");
    await this.#prove(user, change.currentPassword);
    const passwordHash = await passwords.hash(change.newPassword);
    const token = await storage.transaction(async (scope) => {
      await scope.system.users.setPasswordHash(userId, passwordHash);
      await scope.system.secondFactors.dropPending(userId);
      if (change.endOtherSessions) await scope.system.sessions.revokeAllOf(userId, sessionId);
      const details = { endOtherSessions: change.endOtherSessions };
      await recordForAccount({ audit, scope }, user, { kind: "password.changed", address: requester.address, details });
      return sessions.rotate(sessionId, null, scope);
    });
    await this.#announce(userId);
    return token;
  }

  /** The person's name in every organization. The audit's earlier rows keep the one before. */
  async rename(requester: Requester, name: string): Promise<void> {
    const { storage, audit } = this.#options;
    const { userId, name: before } = requester.actor;
    if (name === before) return;
    await storage.transaction(async (scope) => {
      await scope.system.users.rename(userId, name);
      const { address } = requester;
      await recordForAccount(
        { audit, scope },
        { userId, name },
        { kind: "account.renamed", address, details: { before } },
      );
    });
  }

  /**
   * Sets a new password with a link of the operator's, or from a mailbox; every session of the person ends.
   *
   * @throws ProtocolError `token_invalid`, `token_expired`
   */
  async resetPassword({ resetToken, newPassword }: ResetPasswordRequest, address: string): Promise<void> {
    const { storage, audit, passwords, nowMs } = this.#options;
    await this.#byAddress.consume(addressBucket(address));
    const secretHash = hashSecret(resetToken);
    // Before the slow hash, so that guessing costs the hub nothing; taking it checks again.
    const known = await storage.system.passwordResets.find(secretHash);
    const user = known && (await storage.system.users.find(known.userId));
    if (known === undefined || user === undefined) throw unknownReset();
    if (known.expiresAtMs <= nowMs()) {
      throw new ProtocolError("token_expired", "This link has expired. Ask for another one.");
    }
    const passwordHash = await passwords.hash(newPassword);
    await storage.transaction(async (scope) => {
      if ((await scope.system.passwordResets.take(secretHash)) === undefined) throw unknownReset();
      await scope.system.users.setPasswordHash(user.userId, passwordHash);
      await scope.system.secondFactors.dropPending(user.userId);
      await scope.system.sessions.revokeAllOf(user.userId, null);
      await recordForAccount({ audit, scope }, user, { kind: "password.reset", address, details: {} });
    });
    await this.#byAccount.clear(user.email);
    await this.#byAddress.forgive(addressBucket(address));
    await this.#announce(user.userId);
  }

  async prune(): Promise<void> {
    await this.#options.storage.system.passwordResets.prune(this.#options.nowMs());
  }

  async #newUser(person: {
    readonly name: string | undefined;
    readonly email: string;
    readonly password: string;
  }): Promise<Omit<User, "instanceAdminAtMs">> {
    const { passwords, nowMs, random } = this.#options;
    const { name, email } = person;
    if (name === undefined) throw new ProtocolError("invalid_request", "name: a new account needs one");
    const password = passwordSchema.safeParse(person.password);
    if (!password.success) throw new ProtocolError("invalid_request", "password: 12 to 256 characters");
    // Hashing takes a while, and a transaction would hold the database for that long.
    const passwordHash = await passwords.hash(password.data);
    return { userId: newId<UserId>("usr", random), email, name, passwordHash, createdAtMs: nowMs() };
  }

  async #prove(user: User, password: string): Promise<void> {
    await this.#byAccount.consume(user.email);
    if (!(await this.#options.passwords.verify(password, user.passwordHash))) {
      throw new ProtocolError("unauthenticated", "The password is wrong.");
    }
    await this.#byAccount.clear(user.email);
  }

  async #announce(userId: UserId): Promise<void> {
    const { storage, announce } = this.#options;
    for (const { orgId } of await storage.system.orgs.listOf(userId)) announce({ orgId, userId });
  }
}

const byUser = (user: Pick<User, "userId" | "name">, address: string | null) => ({
  actor: auditActorOf(user),
  address,
  reason: null,
  outcome: "success" as const,
});

const emailTaken = (): ProtocolError =>
  new ProtocolError("conflict", "There is an account with this e-mail address. Sign in instead.");

const unknownReset = (): ProtocolError =>
  new ProtocolError("token_invalid", "This link is unknown, was used or was replaced. Ask for another one.");
