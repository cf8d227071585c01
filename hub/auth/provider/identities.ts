import { createHash } from "node:crypto";
import type { LinkedIdentity as LinkedIdentityView, OidcOutcome } from "@yardarm/protocol/api/second-factors";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { IdentityId, UserId } from "@yardarm/protocol/ids";
import { normalizeEmail } from "@yardarm/protocol/person-text";
import { displayNameSchema } from "@yardarm/protocol/schema";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { LinkedIdentity, OidcFlow } from "../../storage/tables/identities.ts";
import { recordForAccount } from "../authority/account-audit.ts";
import type { Actor } from "../authority/can.ts";
import type { Requester } from "../authority/requester.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";
import type { Invitations } from "../org/invitations.ts";
import { addressBucket } from "../request/client-address.ts";
import { AttemptLimiter, RateLimitedError } from "../request/rate-limit.ts";
import type { Client } from "../session/sessions.ts";
import type { Admission, Door } from "../sign-in/door.ts";
import { type OidcBinding, type OidcClaims, OidcDeniedError, type OidcProvider } from "./oidc-provider.ts";

const FLOW_MS = 10 * 60_000;
const LABEL_CHARACTERS = 200;
const PER_ADDRESS = { attempts: 40, firstBlockSeconds: 60, longestBlockSeconds: 900 };

export interface IdentitiesOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly door: Door;
  readonly invitations: Invitations;
  /** `null`: the operator configured none. */
  readonly provider: Pick<OidcProvider, "authorizationUrl" | "claims"> | null;
  /** What the audit calls it. */
  readonly providerName: string;
  /** Told of answers that do not hold. */
  readonly failed: (error: unknown) => void;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** `flow` goes into a cookie of this browser; `url` is where it goes. */
export type BegunFlow = { readonly flow: string; readonly url: string };

export type Arrival =
  | { readonly kind: "admitted"; readonly admission: Admission }
  | { readonly kind: "ended"; readonly purpose: OidcFlow["purpose"]; readonly outcome: OidcOutcome };

/** Ends a flow with a word for the address to which the browser is sent. */
class EndedError extends Error {
  readonly outcome: OidcOutcome;
  constructor(outcome: OidcOutcome) {
    super(outcome);
    this.outcome = outcome;
  }
}

/**
 * People as an OpenID Connect provider knows them (IDTY-02). An identity is issuer and subject; it is linked by somebody
 * who is signed in, or with the account that an invitation makes, and never because addresses are alike.
 */
export class Identities {
  readonly #options: IdentitiesOptions;
  readonly #byAddress = new AttemptLimiter(PER_ADDRESS);

  constructor(options: IdentitiesOptions) {
    this.#options = options;
  }

  async list(userId: UserId): Promise<readonly LinkedIdentityView[]> {
    return (await this.#options.storage.system.identities.listOf(userId)).map(toView);
  }

  /** @throws ProtocolError `not_found` where no provider is configured, `storage_unavailable` when it does not answer */
  async begin(
    purpose:
      | { readonly purpose: "sign-in" }
      | { readonly purpose: "join"; readonly invitationToken: string }
      | { readonly purpose: "link"; readonly actor: Actor },
    client: Client,
  ): Promise<BegunFlow> {
    const { storage, invitations, nowMs, random } = this.#options;
    const provider = this.#provider();
    await this.#byAddress.consume(addressBucket(client.address));
    if (purpose.purpose === "join") await invitations.find(purpose.invitationToken);
    const flow = newSecret(random);
    const url = await provider.authorizationUrl(bindingOf(flow));
    const { userId = null, sessionId = null } = purpose.purpose === "link" ? purpose.actor : {};
    await storage.system.identities.beginFlow({
      ...{ flowHash: hashSecret(flow), purpose: purpose.purpose, userId, sessionId },
      invitationHash: purpose.purpose === "join" ? hashSecret(purpose.invitationToken) : null,
      expiresAtMs: nowMs() + FLOW_MS,
    });
    return { flow, url: url.href };
  }

  /**
   * The browser is back. Never throws for what the browser brings: each end has a word.
   *
   * @param flow the cookie's; state, nonce and verifier come out of it, so another browser's answer fits none
   * @param session whose session the same request carries
   */
  async finish(
    flow: string | null,
    answer: Readonly<Record<string, string>>,
    { client, session }: { readonly client: Client; readonly session: Actor | null },
  ): Promise<Arrival> {
    const { storage, nowMs, failed } = this.#options;
    let purpose: OidcFlow["purpose"] = "sign-in";
    try {
      await this.#byAddress.consume(addressBucket(client.address));
      const begun = flow === null ? undefined : await storage.system.identities.takeFlow(hashSecret(flow));
      if (flow === null || begun === undefined || begun.expiresAtMs <= nowMs()) throw new EndedError("expired");
      ({ purpose } = begun);
      const claims = await this.#claims(flow, answer);
      await this.#byAddress.forgive(addressBucket(client.address));
      if (begun.purpose !== "link") {
        return { kind: "admitted", admission: await this.#admit(begun, claims, client) };
      }
      if (session === null || session.sessionId === null || session.sessionId !== begun.sessionId) {
        throw new EndedError("expired");
      }
      await this.#link({ actor: session, address: client.address }, claims);
      return { kind: "ended", purpose, outcome: "linked" };
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome === "failed") failed(error);
      return { kind: "ended", purpose, outcome };
    }
  }

  /** @throws ProtocolError `not_found`; `conflict` when nothing else would let the person in */
  async unlink({ actor, address }: Requester, identityId: IdentityId): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      const removed = await scope.system.identities.remove(actor.userId, identityId);
      if (removed === undefined) throw new ProtocolError("not_found", "There is no such linked identity.");
      const user = await scope.system.users.find(actor.userId);
      const [passkeys, identities] = [
        await scope.system.passkeys.listOf(actor.userId),
        await scope.system.identities.listOf(actor.userId),
      ];
      if (user?.passwordHash === "" && passkeys.length + identities.length === 0) {
        throw new ProtocolError("conflict", "Nothing else would let you in. Add a passkey or set a password first.");
      }
      await recordForAccount({ audit, scope }, actor, { kind: "identity.unlinked", address, ...about(removed) });
    });
  }

  async prune(): Promise<void> {
    await this.#options.storage.system.identities.prune(this.#options.nowMs());
  }

  #provider(): Pick<OidcProvider, "authorizationUrl" | "claims"> {
    const { provider } = this.#options;
    if (provider !== null) return provider;
    throw new ProtocolError("not_found", "This hub has no sign-in provider. Its operator can configure one.");
  }

  async #claims(flow: string, answer: Readonly<Record<string, string>>): Promise<OidcClaims> {
    try {
      return await this.#provider().claims(answer, bindingOf(flow));
    } catch (error) {
      if (error instanceof OidcDeniedError) throw new EndedError("denied");
      throw error;
    }
  }

  async #admit({ invitationHash }: OidcFlow, claims: OidcClaims, client: Client): Promise<Admission> {
    const { storage, door, providerName: by } = this.#options;
    const known = await storage.system.identities.find(claims.issuer, claims.subject);
    if (known !== undefined) {
      const user = await storage.system.users.find(known.userId);
      if (user !== undefined) return door.admit({ user, by, invitationHash }, client);
    }
    if (invitationHash === null) throw new EndedError("unknown");
    return { kind: "session", session: await this.#join(invitationHash, claims, client) };
  }

  /** Makes the account that the invitation is for, of whoever holds its link and has its address at the provider. */
  async #join(invitationHash: string, claims: OidcClaims, client: Client) {
    const { storage, audit, door, invitations, providerName, nowMs, random } = this.#options;
    const { email } = await invitations.findByHash(invitationHash);
    if (claims.email === null || normalizeEmail(claims.email) !== email) throw new EndedError("other_address");
    const createdAtMs = nowMs();
    const name = displayNameSchema.safeParse(claims.name ?? "").data ?? email.split("@")[0] ?? email;
    const user = { userId: newId<UserId>("usr", random), email, name, passwordHash: "", createdAtMs };
    return storage.transaction(async (scope) => {
      // An account that is there already is its owner's: they sign in as ever, and link.
      if (!(await scope.system.users.create(user))) throw new EndedError("account_exists");
      const identity = this.#identityOf(user.userId, claims);
      if (!(await scope.system.identities.create(identity))) throw new EndedError("taken");
      const session = await door.enterIn(scope, { user, by: providerName, invitationHash }, client);
      const { address } = client;
      await recordForAccount({ audit, scope }, user, { kind: "identity.linked", address, ...about(identity) });
      return session;
    });
  }

  async #link({ actor, address }: Requester, claims: OidcClaims): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      const identity = this.#identityOf(actor.userId, claims);
      if (!(await scope.system.identities.create(identity))) throw new EndedError("taken");
      await recordForAccount({ audit, scope }, actor, { kind: "identity.linked", address, ...about(identity) });
    });
  }

  #identityOf(userId: UserId, { issuer, subject, email, name }: OidcClaims): LinkedIdentity {
    const { random, nowMs } = this.#options;
    const label = (email ?? name ?? subject).slice(0, LABEL_CHARACTERS);
    const identityId = newId<IdentityId>("idy", random);
    return { identityId, userId, issuer, subject, label, createdAtMs: nowMs() };
  }
}

/** Three values that only the holder of the flow's secret can know, none of which tells another. */
const bindingOf = (flow: string): OidcBinding => {
  const derive = (name: string): string => createHash("sha256").update(`${flow}\0${name}`).digest("base64url");
  return { state: derive("state"), nonce: derive("nonce"), verifier: derive("verifier") };
};

const outcomeOf = (error: unknown): OidcOutcome => {
  if (error instanceof EndedError) return error.outcome;
  if (error instanceof RateLimitedError) return "busy";
  if (!(error instanceof ProtocolError)) return "failed";
  if (error.code === "token_invalid" || error.code === "token_expired" || error.code === "conflict")
    return "invitation";
  return error.code === "forbidden" ? "no_organization" : "failed";
};

const about = ({ identityId, issuer, subject, label }: LinkedIdentity) => ({
  target: { type: "identity" as const, id: identityId, name: label },
  details: { issuer, subject },
});

const toView = ({ identityId, issuer, label, createdAtMs }: LinkedIdentity): LinkedIdentityView => ({
  ...{ identityId, issuer, label },
  createdAt: new Date(createdAtMs).toISOString(),
});
