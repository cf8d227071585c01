import type { SignUpRequest } from "@yardarm/protocol/api/auth";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage, StorageScope } from "../../storage/storage.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";
import { makeOrg } from "../org/make-org.ts";
import type { Passwords } from "../password/password.ts";
import type { Client, NewSession, Sessions } from "../session/sessions.ts";

export interface FirstRunOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** The first owner and what comes with them. */
export type Claimed = { readonly userId: UserId; readonly orgId: OrgId };

/** A fresh hub belongs to whoever knows the token that it printed, or to whom its configuration names. */
export class FirstRun {
  readonly #options: FirstRunOptions;

  constructor(options: FirstRunOptions) {
    this.#options = options;
  }

  async isClaimed(): Promise<boolean> {
    const instance = await this.#options.storage.system.instance.find();
    return instance !== undefined && instance.claimedAtMs !== null;
  }

  /**
   * A new setup token for the operator's eyes, at every start until somebody has claimed the hub; the one before stops
   * working. `null` once it is claimed.
   */
  async offerSetupToken(): Promise<string | null> {
    const token = newSecret(this.#options.random);
    return (await this.#options.storage.system.instance.offerSetupToken(hashSecret(token))) ? token : null;
  }

  /**
   * Makes the first owner, org and project, all at once and once only.
   *
   * @throws ProtocolError `conflict` when the hub is claimed, `token_invalid` for a wrong token
   */
  async claim(request: SignUpRequest, client: Client): Promise<Claimed & { readonly session: NewSession }> {
    const { sessions, storage } = this.#options;
    const setupTokenHash = hashSecret((request.setupToken ?? "").trim());
    // Before the slow hash, so that guessing costs the hub nothing; the claim itself checks again.
    const instance = await storage.system.instance.find();
    if (instance?.claimedAtMs === null && instance.setupTokenHash !== setupTokenHash) throw wrongToken();
    return this.#claim(request, { setupTokenHash, address: client.address }, async (scope, claimed) => ({
      ...claimed,
      session: await sessions.create(claimed, client, scope),
    }));
  }

  /** The operator's own claim by configuration. `null` when the hub is claimed already, which is no error. */
  async claimFor(admin: { readonly email: string; readonly password: string }): Promise<Claimed | null> {
    if (await this.isClaimed()) return null;
    const [name = admin.email] = admin.email.split("@");
    const request = { ...admin, name, orgName: "Home" };
    return this.#claim(request, { setupTokenHash: null, address: null }, (_scope, claimed) => Promise.resolve(claimed));
  }

  async #claim<Result>(
    request: Omit<SignUpRequest, "setupToken">,
    proof: { readonly setupTokenHash: string | null; readonly address: string | null },
    finish: (scope: StorageScope, claimed: Claimed) => Promise<Result>,
  ): Promise<Result> {
    const { storage, audit, passwords, nowMs, random } = this.#options;
    const { setupTokenHash, address } = proof;
    if (await this.isClaimed()) throw alreadyClaimed();
    // Hashing takes a while, and a transaction would hold the database for that long.
    const passwordHash = await passwords.hash(request.password);
    const userId = newId<UserId>("usr", random);
    const createdAtMs = nowMs();
    return storage.transaction(async (scope) => {
      if (!(await scope.system.instance.claim({ setupTokenHash, claimedAtMs: createdAtMs }))) {
        const instance = await scope.system.instance.find();
        throw instance?.claimedAtMs === null ? wrongToken() : alreadyClaimed();
      }
      const { name, email, orgName } = request;
      // Whoever claims the hub runs it: two things that part ways when the org is handed over.
      const user = { userId, email, name, passwordHash, createdAtMs, instanceAdminAtMs: createdAtMs };
      await scope.system.users.create(user);
      const org = await makeOrg(scope, { name: orgName, ownerId: userId, createdAtMs, random });
      const { orgId } = org;
      await audit.appendIn(org, {
        kind: "instance.claimed",
        actor: { type: "user", id: userId, name },
        target: { type: "org", id: orgId, name: orgName },
        address,
        reason: null,
        outcome: "success",
        details: { email, by: setupTokenHash === null ? "configuration" : "setup token" },
      });
      return finish(scope, { userId, orgId });
    });
  }
}

const wrongToken = (): ProtocolError =>
  new ProtocolError("token_invalid", "This is not the setup token that the hub printed last.");

const alreadyClaimed = (): ProtocolError =>
  new ProtocolError("conflict", "This hub has an owner already. Sign in, or ask them for an invitation.");
