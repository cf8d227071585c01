import type { SignInRequest } from "@yardarm/protocol/api/auth";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { OrgId, SessionId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { User } from "../../storage/tables/users.ts";
import type { Actor } from "../authority/can.ts";
import { type Announce, entryBy, type Requester } from "../authority/requester.ts";
import type { Passwords } from "../password/password.ts";
import { addressBucket } from "../request/client-address.ts";
import { AttemptLimiter } from "../request/rate-limit.ts";
import type { Client } from "../session/sessions.ts";
import type { Admission, Door } from "./door.ts";

export interface SignInOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly passwords: Passwords;
  readonly door: Door;
  readonly announce: Announce;
}

/** People of one address share its attempts, so there are more of them. */
const PER_ADDRESS = { attempts: 20, firstBlockSeconds: 60, longestBlockSeconds: 900 };
const PER_ACCOUNT = { attempts: 5, firstBlockSeconds: 60, longestBlockSeconds: 900 };

/** Signing in and out. Whoever fails learns only that e-mail or password is wrong, and as slowly in either case. */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #byAddress = new AttemptLimiter(PER_ADDRESS);
  readonly #byAccount = new AttemptLimiter(PER_ACCOUNT);

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError `unauthenticated`, `forbidden` for a member of nothing, or RateLimitedError */
  async signIn({ email, password }: SignInRequest, client: Client): Promise<Admission> {
    const { storage, passwords, door } = this.#options;
    const address = addressBucket(client.address);
    await this.#byAddress.consume(address);
    await this.#byAccount.consume(email);
    const user = await storage.system.users.findByEmail(email);
    const isRight = await passwords.verify(password, user?.passwordHash ?? null);
    const orgs = user === undefined ? [] : await storage.system.orgs.listOf(user.userId);
    if (user === undefined || !isRight) {
      if (user !== undefined) await this.#recordRefusal(user, orgs, client);
      throw new ProtocolError("unauthenticated", "E-mail or password is wrong.");
    }
    await this.#byAddress.forgive(address);
    await this.#byAccount.clear(email);
    if (passwords.isOutdated(user.passwordHash)) {
      await storage.system.users.setPasswordHash(user.userId, await passwords.hash(password));
    }
    return door.admit({ user, by: "password", invitationHash: null }, client);
  }

  /** Ends the actor's own session. One that has ended already is no error. */
  async signOut(actor: Actor, client: Client): Promise<void> {
    const { storage, audit } = this.#options;
    const { sessionId } = actor;
    if (sessionId === null)
      throw new ProtocolError("forbidden", "An API token has no session to end. Revoke it instead.");
    const { announce } = this.#options;
    const { userId, orgId } = actor;
    await storage.transaction(async (scope) => {
      if (!(await scope.system.sessions.revoke(userId, sessionId))) return;
      await audit.appendIn(scope.org(actor.orgId), {
        kind: "session.signed_out",
        actor: { type: "user", id: actor.userId, name: actor.name },
        target: { type: "session", id: sessionId, name: "" },
        address: client.address,
        reason: null,
        outcome: "success",
      });
    });
    announce({ orgId, userId });
  }

  /** Ends one of the person's own sessions. @throws ProtocolError `not_found` when they have no such session */
  async revoke(requester: Requester, sessionId: SessionId): Promise<void> {
    const { storage, audit, announce } = this.#options;
    const { userId, orgId } = requester.actor;
    const orgs = await storage.transaction(async (scope) => {
      if (!(await scope.system.sessions.revoke(userId, sessionId))) {
        throw new ProtocolError("not_found", "There is no such session.");
      }
      const target = { type: "session", id: sessionId, name: "" } as const;
      await audit.appendIn(scope.org(orgId), entryBy(requester, { kind: "session.revoked", target }));
      return scope.system.orgs.listOf(userId);
    });
    for (const org of orgs) announce({ orgId: org.orgId, userId });
  }

  /** At most five a minute for an account: the limit above is also what keeps a flood out of the audit. */
  async #recordRefusal(user: User, orgs: readonly { readonly orgId: OrgId }[], client: Client): Promise<void> {
    for (const { orgId } of orgs) {
      await this.#options.audit.append(orgId, {
        kind: "session.refused",
        actor: { type: "user", id: user.userId, name: user.name },
        target: { type: "user", id: user.userId, name: user.name },
        address: client.address,
        reason: null,
        outcome: "denied",
      });
    }
  }
}
