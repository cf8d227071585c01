import type { SecondFactorRequest } from "@yardarm/protocol/api/second-factors";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { UserId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage, StorageScope } from "../../storage/storage.ts";
import type { PendingSignIn } from "../../storage/tables/second-factors.ts";
import { recordForAccount } from "../authority/account-audit.ts";
import { auditActorOf } from "../authority/requester.ts";
import type { RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";
import type { Invitations } from "../org/invitations.ts";
import { addressBucket } from "../request/client-address.ts";
import { AttemptLimiter } from "../request/rate-limit.ts";
import { type SecondFactor, wrongCode } from "../second-factor/second-factor.ts";
import type { Client, NewSession, Sessions } from "../session/sessions.ts";

const PENDING_MS = 5 * 60_000;
const MOST_FAILURES = 5;
const PER_ADDRESS = { attempts: 20, firstBlockSeconds: 60, longestBlockSeconds: 900 };
const PER_ACCOUNT = { attempts: 5, firstBlockSeconds: 60, longestBlockSeconds: 900 };

/** A session, or the short-lived right to end the sign-in with a code, which is no session. */
export type Admission =
  | { readonly kind: "session"; readonly session: NewSession }
  | { readonly kind: "second_factor"; readonly token: string; readonly expiresAtMs: number };

/** Somebody whose first proof was right. */
export type Guest = {
  readonly user: { readonly userId: UserId; readonly name: string; readonly email: string };
  /** `password`, `passkey`, or the provider's name, for the audit. */
  readonly by: string;
  /** SHA-256 of the invitation's secret that is accepted on the way in. */
  readonly invitationHash: string | null;
};

export interface DoorOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly sessions: Sessions;
  readonly invitations: Invitations;
  readonly secondFactor: SecondFactor;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** The one way from a first proof to a session, whichever proof it was. */
export class Door {
  readonly #options: DoorOptions;
  readonly #byAddress = new AttemptLimiter(PER_ADDRESS);
  readonly #byAccount = new AttemptLimiter(PER_ACCOUNT);

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** After a proof by one factor. @throws ProtocolError as `enter` */
  async admit(guest: Guest, client: Client): Promise<Admission> {
    if (await this.#options.secondFactor.isOn(guest.user.userId)) return this.#hold(guest);
    return { kind: "session", session: await this.enter(guest, client) };
  }

  /**
   * After every proof that is needed: begins the session.
   *
   * @throws ProtocolError `forbidden` for a member of nothing; for an invitation what `Invitations.enter` says
   */
  async enter(guest: Guest, client: Client): Promise<NewSession> {
    return this.#options.storage.transaction((scope) => this.enterIn(scope, guest, client));
  }

  /**
   * The second step. Each wrong code counts for the address, the account and this very attempt.
   *
   * @throws ProtocolError `unauthenticated` for a wrong code, `token_invalid` or `token_expired` when the sign-in has to
   *   begin again, `rate_limited`
   */
  async finish({ token, code }: SecondFactorRequest, client: Client): Promise<NewSession> {
    const { storage, secondFactor, nowMs } = this.#options;
    const address = addressBucket(client.address);
    await this.#byAddress.consume(address);
    const pending = await storage.system.secondFactors.findPending(hashSecret(token));
    const user = pending && (await storage.system.users.find(pending.userId));
    if (pending === undefined || user === undefined) throw unknownAttempt();
    if (pending.expiresAtMs <= nowMs()) {
      throw new ProtocolError("token_expired", "This sign-in took longer than five minutes. Begin again.");
    }
    await this.#byAccount.consume(user.userId);
    const session = await storage.transaction(async (scope) => {
      const kind = await secondFactor.use(scope, user.userId, code);
      if (kind === null) return null;
      if (!(await scope.system.secondFactors.takePending(pending.tokenHash))) throw unknownAttempt();
      const by = `${pending.firstFactor}, ${kind}`;
      return this.enterIn(scope, { user, by, invitationHash: pending.invitationHash }, client);
    });
    if (session === null) {
      await this.#refuse(pending, user, client);
      throw wrongCode();
    }
    await this.#byAddress.forgive(address);
    await this.#byAccount.clear(user.userId);
    return session;
  }

  async prune(): Promise<void> {
    await this.#options.storage.system.secondFactors.prune(this.#options.nowMs());
  }

  async #hold({ user, by, invitationHash }: Guest): Promise<Admission> {
    const { storage, nowMs, random } = this.#options;
    const token = newSecret(random);
    const expiresAtMs = nowMs() + PENDING_MS;
    const pending = { tokenHash: hashSecret(token), userId: user.userId, firstFactor: by, invitationHash, expiresAtMs };
    await storage.system.secondFactors.hold(pending);
    return { kind: "second_factor", token, expiresAtMs };
  }

  /** As `enter`, inside the caller's transaction. */
  async enterIn(scope: StorageScope, { user, by, invitationHash }: Guest, client: Client): Promise<NewSession> {
    const { audit, sessions, invitations } = this.#options;
    let orgId = (await scope.system.orgs.listOf(user.userId))[0]?.orgId;
    if (invitationHash !== null) {
      const invitation = await invitations.findByHash(invitationHash, scope);
      await invitations.enter(scope, invitation, { guest: user, address: client.address });
      orgId = invitation.orgId;
    }
    if (orgId === undefined) {
      throw new ProtocolError("forbidden", "You are a member of no organization any more. Ask for an invitation.");
    }
    const session = await sessions.create({ userId: user.userId, orgId }, client, scope);
    await audit.appendIn(scope.org(orgId), {
      kind: "session.signed_in",
      actor: auditActorOf(user),
      target: { type: "session", id: session.sessionId, name: "" },
      address: client.address,
      reason: null,
      outcome: "success",
      details: { by },
    });
    return session;
  }

  async #refuse(pending: PendingSignIn, user: Guest["user"], { address }: Client): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      await scope.system.secondFactors.countFailure(pending.tokenHash, MOST_FAILURES);
      const details = { by: `${pending.firstFactor}, wrong code` };
      await recordForAccount({ audit, scope }, user, { kind: "session.refused", address, outcome: "denied", details });
    });
  }
}

const unknownAttempt = (): ProtocolError =>
  new ProtocolError("token_invalid", "This sign-in is over. Begin again with your password.");
