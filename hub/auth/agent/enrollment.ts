import {
  type EnrollClaim,
  type Enrolled,
  type EnrollRequest,
  type EnrollResponse,
  enrollClaimSchema,
} from "@yardarm/protocol/api/hosts";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type HostId, type JoinTokenId, type OrgId, type ProjectId } from "@yardarm/protocol/ids";
import { formatJoinToken } from "@yardarm/protocol/join-token";
import { JOIN_TOKEN_MS } from "@yardarm/protocol/limits";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { AuditActor } from "../../audit/audit-row.ts";
import type { OrgStorage, Storage } from "../../storage/storage.ts";
import type { JoinTokenRow } from "../../storage/tables/join-tokens.ts";
import { privateKeyFromSeed, publicKeyOf, verifyFor } from "../crypto/ed25519.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import type { HubKeys } from "../hub-keys/hub-keys.ts";

export interface EnrollmentOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly keys: HubKeys;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Who asks for a host or a token, as the audit names them. */
export type EnrollmentRequester = {
  readonly orgId: OrgId;
  readonly actor: AuditActor;
  readonly address: string | null;
};

/** Shown once and stored nowhere. */
export type IssuedJoinToken = {
  readonly hostId: HostId;
  readonly joinToken: string;
  readonly expiresAtMs: number;
};

export type EnrollOutcome = {
  readonly response: EnrollResponse;
  readonly orgId: OrgId;
  readonly hostId: HostId;
  /** The host had another key until now; whoever is connected with it MUST be cut. */
  readonly replaced: boolean;
};

const SEED_BYTES = 32;

/** How a host comes to be trusted: a one-time token of which the hub keeps the public half, then the agent's own key. */
export class Enrollment {
  readonly #options: EnrollmentOptions;

  constructor(options: EnrollmentOptions) {
    this.#options = options;
  }

  /** Creates a host in a project (null: the org's first one) and the token with which its agent joins. */
  async createHost(
    requester: EnrollmentRequester,
    host: { readonly name: string; readonly projectId: ProjectId | null },
  ): Promise<IssuedJoinToken> {
    return this.#options.storage.transaction(async (scope) => {
      const org = scope.org(requester.orgId);
      const projects = await org.projects.list();
      const project = projects.find(({ projectId }) => host.projectId === null || projectId === host.projectId);
      if (project === undefined) throw new ProtocolError("not_found", "There is no such project.");
      const hostId = newId<HostId>("hst", this.#options.random);
      const createdAtMs = this.#options.nowMs();
      await org.hosts.create({ hostId, projectId: project.projectId, name: host.name, createdAtMs });
      await this.#record(org, requester, { kind: "host.created", hostId, name: host.name });
      return this.#issue(org, hostId);
    });
  }

  /** Another token for a host whose first one expired, or whose agent lost its key. Earlier unspent ones stop working. */
  async issueJoinToken(requester: EnrollmentRequester, hostId: HostId): Promise<IssuedJoinToken> {
    return this.#options.storage.transaction(async (scope) => {
      const org = scope.org(requester.orgId);
      const host = await org.hosts.find(hostId);
      if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
      await this.#record(org, requester, { kind: "host.join_token", hostId, name: host.name });
      return this.#issue(org, hostId);
    });
  }

  /**
   * An agent joins. Where the organization approves agents, its key is in force only when a person has compared it. The
   * same key asking again with the same token gets the same answer, because the first one may have been lost.
   *
   * @throws ProtocolError `invalid_request`, `token_invalid`, `token_expired`, `token_used`, `signature_invalid`,
   *   `key_mismatch` (it trusts another key set), `host_revoked`
   */
  async enroll(request: EnrollRequest, address: string): Promise<EnrollOutcome> {
    const { keys, storage, audit, nowMs } = this.#options;
    const claim = parseClaim(request.payload);
    const { agentPublicKey } = claim;
    const token = await storage.system.joinTokens.find(asId<JoinTokenId>(claim.tokenId));
    if (token === undefined) throw new ProtocolError("token_invalid", "This join token is unknown or was replaced.");
    const { payload } = request;
    const signedBySeed = verifyFor("join-token", payload, {
      publicKey: token.seedPublicKey,
      signature: request.seedSignature,
    });
    if (!signedBySeed) throw new ProtocolError("token_invalid", "This join token is unknown or was replaced.");
    if (!verifyFor("enroll", payload, { publicKey: agentPublicKey, signature: request.agentSignature })) {
      throw new ProtocolError("signature_invalid", "The enrollment is not signed by the key that it names.");
    }
    if (claim.keySetFingerprint !== keys.fingerprint) {
      throw new ProtocolError("key_mismatch", "The join token belongs to another hub, or to earlier keys of this one.");
    }
    const { orgId, hostId } = token;
    const joined = await storage.transaction(async (scope) => {
      const org = scope.org(orgId);
      const spent = await org.joinTokens.consume(token.tokenId, { nowMs: nowMs(), agentPublicKey });
      if (!spent) {
        const present = await scope.system.joinTokens.find(token.tokenId);
        return { enrolledAtNs: await this.#answerAgain(org, present, agentPublicKey), replaced: false };
      }
      const nowNs = (BigInt(nowMs()) * 1_000_000n).toString();
      const host = await org.hosts.find(hostId);
      const waits = ((await org.profile.find())?.approvesHostsAtMs ?? null) !== null;
      const enrolledAtNs = waits
        ? await org.hosts.holdKey(hostId, {
            agentPublicKey,
            claim: { sinceNs: nowNs, hostname: claim.hostname, address },
          })
        : await org.hosts.setAgentKey(hostId, { agentPublicKey, nowNs });
      if (enrolledAtNs === undefined) throw new ProtocolError("host_revoked", "This host was removed.");
      await audit.appendIn(org, {
        kind: waits ? "host.waiting" : "host.enrolled",
        actor: { type: "agent", id: hostId, name: claim.hostname },
        target: { type: "host", id: hostId, name: host?.name ?? "" },
        address,
        reason: null,
        outcome: "success",
        details: { agentPublicKey, agentVersion: claim.agentVersion, tokenId: token.tokenId },
      });
      const before = host?.agentPublicKey ?? null;
      return { enrolledAtNs, replaced: !waits && before !== null && before !== agentPublicKey };
    });
    const { enrolledAtNs, replaced } = joined;
    const answer: Enrolled = { hubId: keys.hubId, orgId, hostId, agentPublicKey, enrolledAtNs };
    const signed = keys.sign("enrolled", JSON.stringify(answer));
    return { response: { keySet: keys.keySet, ...signed }, orgId, hostId, replaced };
  }

  async #answerAgain(org: OrgStorage, token: JoinTokenRow | undefined, agentPublicKey: string): Promise<string> {
    if (token === undefined) throw new ProtocolError("token_invalid", "This join token is unknown or was replaced.");
    if (token.consumedAtMs === null) {
      throw new ProtocolError("token_expired", "This join token has expired. Ask for a new one on the host's page.");
    }
    const host = await org.hosts.find(token.hostId);
    if (host === undefined) throw new ProtocolError("host_revoked", "This host was removed.");
    const isKnown = host.agentPublicKey === agentPublicKey || host.nextKey?.publicKey === agentPublicKey;
    if (token.agentPublicKey !== agentPublicKey || !isKnown) {
      throw new ProtocolError("token_used", "This join token was already used by another agent.");
    }
    return host.enrolledAtNs ?? "0";
  }

  async #issue(org: OrgStorage, hostId: HostId): Promise<IssuedJoinToken> {
    const { random, nowMs, keys } = this.#options;
    const seed = Buffer.from(random(SEED_BYTES)).toString("base64url");
    const privateKey = privateKeyFromSeed(seed);
    if (privateKey === null) throw new Error("The source of randomness gave too few bytes.");
    const tokenId = newId<JoinTokenId>("jtk", random);
    const createdAtMs = nowMs();
    const expiresAtMs = createdAtMs + JOIN_TOKEN_MS;
    await org.joinTokens.create({ tokenId, hostId, seedPublicKey: publicKeyOf(privateKey), createdAtMs, expiresAtMs });
    return { hostId, expiresAtMs, joinToken: formatJoinToken({ tokenId, seed, keySetFingerprint: keys.fingerprint }) };
  }

  async #record(
    org: OrgStorage,
    { actor, address }: EnrollmentRequester,
    what: { readonly kind: "host.created" | "host.join_token"; readonly hostId: HostId; readonly name: string },
  ): Promise<void> {
    const target = { type: "host", id: what.hostId, name: what.name } as const;
    await this.#options.audit.appendIn(org, {
      kind: what.kind,
      actor,
      target,
      address,
      reason: null,
      outcome: "success",
    });
  }
}

const parseClaim = (payload: string): EnrollClaim => {
  try {
    return enrollClaimSchema.parse(JSON.parse(payload));
  } catch (cause) {
    throw new ProtocolError("invalid_request", "The enrollment's payload is not what an agent sends.", { cause });
  }
};
