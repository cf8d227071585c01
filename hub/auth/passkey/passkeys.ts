import type {
  AddPasskeyRequest,
  PasskeySignInRequest,
  Passkey as PasskeyView,
} from "@yardarm/protocol/api/second-factors";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { PasskeyId, UserId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Passkey } from "../../storage/tables/passkeys.ts";
import { recordForAccount } from "../authority/account-audit.ts";
import type { Requester } from "../authority/requester.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";
import { addressBucket } from "../request/client-address.ts";
import { AttemptLimiter } from "../request/rate-limit.ts";
import type { Client, NewSession } from "../session/sessions.ts";
import type { Door } from "../sign-in/door.ts";
import type { RelyingParty } from "./relying-party.ts";

const CHALLENGE_MS = 5 * 60_000;
const MOST_PER_PERSON = 20;
const PER_ADDRESS = { attempts: 40, firstBlockSeconds: 60, longestBlockSeconds: 900 };

export interface PasskeysOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly door: Door;
  /** `null` where browsers would have no passkeys for this hub. */
  readonly relyingParty: () => RelyingParty | null;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Options for the browser, as JSON. */
export type BrowserOptions = Readonly<Record<string, unknown>>;

/**
 * Passkeys (IDTY-02): keys that an authenticator keeps and unlocks by a finger, a face or a PIN, which makes one of them
 * both factors. A challenge is single-use and lives for five minutes. The library is loaded when somebody uses one.
 */
export class Passkeys {
  readonly #options: PasskeysOptions;
  readonly #byAddress = new AttemptLimiter(PER_ADDRESS);

  constructor(options: PasskeysOptions) {
    this.#options = options;
  }

  async list(userId: UserId): Promise<readonly PasskeyView[]> {
    return (await this.#options.storage.system.passkeys.listOf(userId)).map(toView);
  }

  /** What the browser needs to make a passkey. @throws ProtocolError `conflict` */
  async beginAdding({ actor }: Requester): Promise<BrowserOptions> {
    const party = this.#party();
    const known = await this.#options.storage.system.passkeys.listOf(actor.userId);
    if (known.length >= MOST_PER_PERSON) {
      throw new ProtocolError("conflict", `Nobody has more than ${MOST_PER_PERSON} passkeys. Remove one first.`);
    }
    const { generateRegistrationOptions } = await import("@simplewebauthn/server");
    const options = await generateRegistrationOptions({
      ...{ rpName: "Yardarm", rpID: party.id, userName: actor.email, userDisplayName: actor.name },
      userID: new Uint8Array(Buffer.from(actor.userId)),
      challenge: await this.#challenge(actor.userId),
      attestationType: "none",
      excludeCredentials: known.map((passkey) => ({ id: passkey.credentialId })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    return { ...options };
  }

  /** @throws ProtocolError `unauthenticated` for an answer to no open challenge of this person, `conflict` for a known key */
  async add({ actor, address }: Requester, { name, credential }: AddPasskeyRequest): Promise<PasskeyView> {
    const { storage, audit, nowMs, random } = this.#options;
    const { response } = credential;
    await this.#spend(response.clientDataJSON, actor.userId);
    await refuseCertificates(response.attestationObject);
    const party = this.#party();
    const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
    const { registrationInfo } = await proven(() =>
      verifyRegistrationResponse({
        response: {
          ...{ id: credential.id, rawId: credential.rawId, type: credential.type, clientExtensionResults: {} },
          response: { clientDataJSON: response.clientDataJSON, attestationObject: response.attestationObject },
        },
        expectedChallenge: challengeIn(response.clientDataJSON),
        ...{ expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true },
      }),
    );
    if (registrationInfo === undefined) throw unproven();
    const passkey: Passkey = {
      ...{ passkeyId: newId<PasskeyId>("pky", random), userId: actor.userId, name },
      credentialId: registrationInfo.credential.id,
      publicKey: Buffer.from(registrationInfo.credential.publicKey).toString("base64url"),
      counter: registrationInfo.credential.counter,
      transportsJson: JSON.stringify(response.transports ?? []),
      ...{ createdAtMs: nowMs(), lastUsedAtMs: null },
    };
    await storage.transaction(async (scope) => {
      if (!(await scope.system.passkeys.create(passkey))) {
        throw new ProtocolError("conflict", "This passkey is known already.");
      }
      await recordForAccount({ audit, scope }, actor, { kind: "passkey.added", address, target: about(passkey) });
    });
    return toView(passkey);
  }

  /** @throws ProtocolError `not_found` */
  async rename({ actor, address }: Requester, passkeyId: PasskeyId, name: string): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      if (!(await scope.system.passkeys.rename(actor.userId, passkeyId, name))) throw unknownPasskey();
      const target = about({ passkeyId, name });
      await recordForAccount({ audit, scope }, actor, { kind: "passkey.renamed", address, target });
    });
  }

  /** @throws ProtocolError `not_found` */
  async remove({ actor, address }: Requester, passkeyId: PasskeyId): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      const removed = await scope.system.passkeys.remove(actor.userId, passkeyId);
      if (removed === undefined) throw unknownPasskey();
      const target = about({ passkeyId, ...removed });
      await recordForAccount({ audit, scope }, actor, { kind: "passkey.removed", address, target });
    });
  }

  /** What the browser needs to sign in with whichever passkey it has. @throws RateLimitedError */
  async beginSignIn(client: Client): Promise<BrowserOptions> {
    const party = this.#party();
    await this.#byAddress.consume(addressBucket(client.address));
    const challenge = await this.#challenge(null);
    const { generateAuthenticationOptions } = await import("@simplewebauthn/server");
    const options = await generateAuthenticationOptions({ rpID: party.id, challenge, userVerification: "required" });
    return { ...options };
  }

  /** @throws ProtocolError `unauthenticated`, whatever of it is wrong; `forbidden` for a member of nothing */
  async signIn({ credential }: PasskeySignInRequest, client: Client): Promise<NewSession> {
    const { storage, door, nowMs } = this.#options;
    const party = this.#party();
    await this.#byAddress.consume(addressBucket(client.address));
    const { response } = credential;
    await this.#spend(response.clientDataJSON, null);
    const passkey = await storage.system.passkeys.findByCredential(credential.id);
    const user = passkey && (await storage.system.users.find(passkey.userId));
    if (passkey === undefined || user === undefined) throw unproven();
    // The authenticator says whose key it is; one that says somebody else is not believed.
    if (response.userHandle !== Buffer.from(user.userId).toString("base64url")) throw unproven();
    const { clientDataJSON, authenticatorData, signature } = response;
    const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
    const { authenticationInfo } = await proven(() =>
      verifyAuthenticationResponse({
        response: {
          ...{ id: credential.id, rawId: credential.rawId, type: credential.type, clientExtensionResults: {} },
          response: { clientDataJSON, authenticatorData, signature },
        },
        expectedChallenge: challengeIn(clientDataJSON),
        ...{ expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true },
        credential: {
          id: passkey.credentialId,
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
          counter: passkey.counter,
        },
      }),
    );
    const use = { counter: authenticationInfo.newCounter, lastUsedAtMs: nowMs() };
    if (!(await storage.system.passkeys.use(passkey, use))) throw unproven();
    const session = await door.enter({ user, by: "passkey", invitationHash: null }, client);
    await this.#byAddress.forgive(addressBucket(client.address));
    return session;
  }

  async prune(): Promise<void> {
    await this.#options.storage.system.passkeys.prune(this.#options.nowMs());
  }

  #party(): RelyingParty {
    const party = this.#options.relyingParty();
    if (party !== null) return party;
    throw new ProtocolError(
      "conflict",
      "Passkeys work only over https:// and under a name, or at localhost. Ask the operator to set YARDARM_PUBLIC_URL so.",
    );
  }

  async #challenge(userId: UserId | null): Promise<Uint8Array<ArrayBuffer>> {
    const { storage, random, nowMs } = this.#options;
    const challenge = newSecret(random);
    const expiresAtMs = nowMs() + CHALLENGE_MS;
    await storage.system.passkeys.challenge({ challengeHash: hashSecret(challenge), userId, expiresAtMs });
    return new Uint8Array(Buffer.from(challenge, "base64url"));
  }

  async #spend(clientDataJSON: string, userId: UserId | null): Promise<void> {
    const { storage, nowMs } = this.#options;
    const taken = await storage.system.passkeys.takeChallenge(hashSecret(challengeIn(clientDataJSON)));
    if (taken === undefined || taken.userId !== userId || taken.expiresAtMs <= nowMs()) throw unproven();
  }
}

/** The challenge that the browser says it answers. */
const challengeIn = (clientDataJSON: string): string => {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString("utf8"));
    if (typeof challenge === "string") return challenge;
  } catch {}
  throw unproven();
};

/**
 * The hub asks for no attestation. One with certificates is refused before anybody reads it: checking them would fetch
 * addresses that stand in them.
 */
const refuseCertificates = async (attestationObject: string): Promise<void> => {
  const { decodeAttestationObject } = await import("@simplewebauthn/server/helpers");
  try {
    const attestation = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, "base64url")));
    if (attestation.get("fmt") === "none") return;
    if (attestation.get("fmt") === "packed" && attestation.get("attStmt").get("x5c") === undefined) return;
  } catch {}
  throw unproven();
};

/** Runs a check of the library, whose errors say what is wrong with a passkey to whoever made it up. */
const proven = async <Verified extends { readonly verified: boolean }>(
  check: () => Promise<Verified>,
): Promise<Verified> => {
  try {
    const verified = await check();
    if (verified.verified) return verified;
  } catch (cause) {
    throw unproven(cause);
  }
  throw unproven();
};

const about = ({ passkeyId, name }: Pick<Passkey, "passkeyId" | "name">) =>
  ({ type: "passkey", id: passkeyId, name }) as const;

const toView = ({ passkeyId, name, createdAtMs, lastUsedAtMs }: Passkey): PasskeyView => ({
  passkeyId,
  name,
  createdAt: new Date(createdAtMs).toISOString(),
  lastUsedAt: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
});

const unproven = (cause?: unknown): ProtocolError =>
  new ProtocolError("unauthenticated", "This passkey was not accepted. Try again, or sign in another way.", { cause });

const unknownPasskey = (): ProtocolError => new ProtocolError("not_found", "There is no such passkey.");
