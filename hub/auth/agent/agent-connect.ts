import { createHmac, timingSafeEqual } from "node:crypto";
import { CONNECT_TOKEN_HEADER } from "@yardarm/protocol/challenge";
import { type ConnectClaims, connectClaimsSchema } from "@yardarm/protocol/connect-token";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, HubId, OrgId } from "@yardarm/protocol/ids";
import { HUB_NONCE_MS } from "@yardarm/protocol/limits";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { HostCredential } from "../../storage/tables/hosts.ts";
import { decodeBase64Url, verifyFor } from "../crypto/ed25519.ts";
import type { RandomBytes } from "../crypto/new-id.ts";

/** A nonce is `expiry (6 bytes, ms, big endian) · random (16) · HMAC-SHA256 over hub id and both (16)`, base64url. */
const EXPIRY_BYTES = 6;
const RANDOM_BYTES = 16;
const MAC_BYTES = 16;
const NONCE_BYTES = EXPIRY_BYTES + RANDOM_BYTES + MAC_BYTES;
/** How far the clocks of the hub's nodes may be apart. */
const NODE_SKEW_MS = 5_000;
const TOKEN_CHARACTERS = 2_048;
const HEADER = Buffer.from(CONNECT_TOKEN_HEADER).toString("base64url");

export interface AgentConnectOptions {
  readonly storage: Storage;
  readonly audit: Pick<AuditChain, "appendIn">;
  readonly hubId: HubId;
  /** base64url of 32 bytes, the same on every node of the hub (`instance.nonceKey`). */
  readonly nonceKey: string;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Who is connecting, proved. */
export type ConnectedAgent = {
  readonly hostId: HostId;
  readonly orgId: OrgId;
  /** Higher than that of every earlier connection of this host. */
  readonly epoch: number;
  readonly enrolledAtNs: string;
  readonly agentPublicKey: string;
  /** It came with the key that it announced; what people see of the host MUST be read again. */
  readonly isKeyNew: boolean;
};

/** The proof of possession that precedes every upgrade of an agent. Issuing keeps no state; spending is one insert. */
export class AgentConnect {
  readonly #options: AgentConnectOptions;
  readonly #nonceKey: Buffer;

  constructor(options: AgentConnectOptions) {
    this.#options = options;
    this.#nonceKey = Buffer.from(options.nonceKey, "base64url");
  }

  /** A nonce for the challenge; good for 60 s by the hub's clock, once. */
  issueNonce(): string {
    const expiry = Buffer.alloc(EXPIRY_BYTES);
    expiry.writeUIntBE(this.#options.nowMs() + HUB_NONCE_MS, 0, EXPIRY_BYTES);
    const body = Buffer.concat([expiry, this.#options.random(RANDOM_BYTES)]);
    return Buffer.concat([body, this.#mac(body)]).toString("base64url");
  }

  /**
   * Checks the token of an upgrade to `/ws/agent/<hostId>`, cheapest first; the nonce is spent last, so that a token
   * that proves nothing spends nothing.
   *
   * @throws ProtocolError `token_invalid` (form, hub or host), `nonce_invalid` (not ours, too old, from the future, or
   *   spent), `signature_invalid` (wrong key or unknown host), `host_revoked`, `approval_pending` (nobody has compared
   *   its key yet), `forbidden` (somebody has, and refused it)
   */
  async verify(token: string, hostId: string): Promise<ConnectedAgent> {
    const { storage, hubId } = this.#options;
    const { signed, signature, claims } = parseToken(token);
    if (claims.aud !== hubId || claims.sub !== hostId) {
      throw new ProtocolError("token_invalid", "The connect token is meant for another hub or host.");
    }
    const expiresAtMs = this.#checkNonce(claims.nonce);
    const host = await storage.system.hosts.findCredential(claims.sub);
    const agentPublicKey = [host?.agentPublicKey, host?.nextPublicKey].find(
      (publicKey) => typeof publicKey === "string" && verifyFor("connect", signed, { publicKey, signature }),
    );
    if (host === undefined || typeof agentPublicKey !== "string") throw wrongKey();
    if (host.removedAtMs !== null) throw revoked();
    const isNext = agentPublicKey !== host.agentPublicKey;
    if (isNext && host.nextKeyKind === "approval") throw waiting();
    if (isNext && host.nextKeyKind === "refused") throw refused();
    if (!(await storage.system.agentNonces.spend(claims.nonce, expiresAtMs))) {
      throw new ProtocolError("nonce_invalid", "The connect nonce was used before.");
    }
    if (isNext) await this.#takeAnnounced(host, agentPublicKey);
    const epoch = await storage.system.hosts.nextEpoch(host.hostId, agentPublicKey);
    if (epoch === undefined) throw revoked();
    const { orgId, enrolledAtNs } = host;
    return { hostId: host.hostId, orgId, epoch, enrolledAtNs: enrolledAtNs ?? "0", agentPublicKey, isKeyNew: isNext };
  }

  /** The agent has come with the key that it announced: the one before is worth nothing from now on. */
  async #takeAnnounced({ orgId, hostId }: HostCredential, agentPublicKey: string): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      const org = scope.org(orgId);
      if (!(await org.hosts.takeAnnouncedKey(hostId, agentPublicKey))) return;
      const name = (await org.hosts.find(hostId))?.name ?? "";
      await audit.appendIn(org, {
        kind: "host.key_rotated",
        actor: { type: "agent", id: hostId, name },
        target: { type: "host", id: hostId, name },
        address: null,
        reason: null,
        outcome: "success",
        details: { agentPublicKey },
      });
    });
  }

  /** Forgets spent nonces that are too old to be accepted anyway. Call it now and then. */
  async prune(): Promise<void> {
    await this.#options.storage.system.agentNonces.prune(this.#options.nowMs() - NODE_SKEW_MS);
  }

  #checkNonce(nonce: string): number {
    const bytes = decodeBase64Url(nonce, NONCE_BYTES);
    const body = bytes?.subarray(0, EXPIRY_BYTES + RANDOM_BYTES);
    if (bytes === null || body === undefined || !timingSafeEqual(bytes.subarray(body.length), this.#mac(body))) {
      throw new ProtocolError("nonce_invalid", "The connect nonce was not given by this hub.");
    }
    const expiresAtMs = body.readUIntBE(0, EXPIRY_BYTES);
    const leftMs = expiresAtMs - this.#options.nowMs();
    if (leftMs <= 0 || leftMs > HUB_NONCE_MS + NODE_SKEW_MS) {
      throw new ProtocolError("nonce_invalid", "The connect nonce has expired. Ask for another one.");
    }
    return expiresAtMs;
  }

  #mac(body: Uint8Array): Buffer {
    const mac = createHmac("sha256", this.#nonceKey).update(`agent-nonce\0${this.#options.hubId}\0`).update(body);
    return mac.digest().subarray(0, MAC_BYTES);
  }
}

const wrongKey = (): ProtocolError =>
  new ProtocolError("signature_invalid", "The connect token is not signed by this host's key.");

const waiting = (): ProtocolError =>
  new ProtocolError("approval_pending", "Somebody of the organization has to compare this agent's key first.");

const refused = (): ProtocolError =>
  new ProtocolError("forbidden", "Somebody of the organization refused this agent. Give it a new join token.");

const revoked = (): ProtocolError => new ProtocolError("host_revoked", "This host was removed from the hub.");

const parseToken = (token: string) => {
  const malformed = (cause?: unknown): ProtocolError =>
    new ProtocolError("token_invalid", "The connect token is malformed.", { cause });
  if (token.length > TOKEN_CHARACTERS) throw malformed();
  const [header, payload, signature, ...rest] = token.split(".");
  // One header, byte for byte: an algorithm that cannot be chosen cannot be chosen badly.
  if (header !== HEADER || payload === undefined || signature === undefined || rest.length > 0) throw malformed();
  let claims: ConnectClaims;
  try {
    claims = connectClaimsSchema.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  } catch (cause) {
    throw malformed(cause);
  }
  return { signed: `${header}.${payload}`, signature, claims };
};
