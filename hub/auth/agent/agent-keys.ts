import { createHash } from "node:crypto";
import type { KeyRotate, KeyRotateOrder } from "@yardarm/protocol/agent-down/key-rotate";
import { type KeyAnnounce, type KeyAnnouncement, keyAnnouncementSchema } from "@yardarm/protocol/agent-up/key-announce";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { formatKeyFingerprint } from "@yardarm/protocol/key-fingerprint";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import { entryBy, type Requester } from "../authority/requester.ts";
import { verifyFor } from "../crypto/ed25519.ts";
import type { HubKeys } from "../hub-keys/hub-keys.ts";

export interface AgentKeysOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly keys: Pick<HubKeys, "hubId" | "sign">;
}

/** Who is connected, as its socket was authenticated. */
export type ConnectedHost = { readonly orgId: OrgId; readonly hostId: HostId; readonly sessionNonce: string };

/** What a person compares of an agent's key. */
export const keyFingerprintOf = (publicKey: string): string =>
  formatKeyFingerprint(createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("hex"));

/** The keys of agents after they were enrolled: people approve them, and agents replace them. */
export class AgentKeys {
  readonly #options: AgentKeysOptions;

  constructor(options: AgentKeysOptions) {
    this.#options = options;
  }

  /**
   * A person has compared the key of an agent that joined.
   *
   * @returns whether another key was in force until now, whose connection MUST be cut
   * @throws ProtocolError `not_found`, `conflict` when no agent waits, or another one than the person saw
   */
  async judge(
    requester: Requester,
    hostId: HostId,
    judgement: { readonly keyFingerprint: string; readonly isApproved: boolean },
  ): Promise<{ readonly replaced: boolean }> {
    const { storage, audit } = this.#options;
    return storage.transaction(async (scope) => {
      const org = scope.org(requester.actor.orgId);
      const host = await org.hosts.find(hostId);
      if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
      const key = host.nextKey;
      if (key?.kind !== "approval" || keyFingerprintOf(key.publicKey) !== judgement.keyFingerprint) throw changed();
      const { isApproved, keyFingerprint } = judgement;
      const judged = isApproved
        ? await org.hosts.approveKey(hostId, key.publicKey)
        : await org.hosts.refuseKey(hostId, key.publicKey);
      if (!judged) throw changed();
      const kind = isApproved ? "host.approved" : "host.refused";
      const target = { type: "host", id: hostId, name: host.name } as const;
      const details = { keyFingerprint, hostname: key.claim?.hostname ?? "", from: key.claim?.address ?? "" };
      await audit.appendIn(org, entryBy(requester, { kind, target, details }));
      return { replaced: isApproved && host.agentPublicKey !== null };
    });
  }

  /** Writes down who wants the host's agent to have another key. @throws ProtocolError `not_found` */
  async recordRotation(requester: Requester, hostId: HostId): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      const org = scope.org(requester.actor.orgId);
      const host = await org.hosts.find(hostId);
      if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
      const target = { type: "host", id: hostId, name: host.name } as const;
      await audit.appendIn(org, entryBy(requester, { kind: "host.key_rotation", target }));
    });
  }

  /** Tells the agent of this connection, and no other, to make itself another key. */
  order({ hostId, sessionNonce }: ConnectedHost): KeyRotate {
    const { keys } = this.#options;
    const order: KeyRotateOrder = { hubId: keys.hubId, hostId, sessionNonce };
    return { type: "key.rotate", ...keys.sign("rotate-key", JSON.stringify(order)) };
  }

  /**
   * The agent will use another key; from now on both are good, until it has come with the other one.
   *
   * @returns the key, or `null` while the key of another agent waits for a person
   * @throws ProtocolError `signature_invalid` when one of the two keys did not sign, or something else was signed
   */
  async announced({ orgId, hostId, sessionNonce }: ConnectedHost, message: KeyAnnounce): Promise<string | null> {
    const { storage, keys } = this.#options;
    const { hosts } = storage.org(orgId);
    const { payload, signature, nextSignature } = message;
    const claim = parse(payload);
    const publicKey = (await hosts.find(hostId))?.agentPublicKey ?? null;
    const next = claim?.agentPublicKey ?? "";
    const isMeant = claim?.hubId === keys.hubId && claim.hostId === hostId && claim.sessionNonce === sessionNonce;
    const isSigned =
      publicKey !== null &&
      verifyFor("next-key", payload, { publicKey, signature }) &&
      verifyFor("next-key", payload, { publicKey: next, signature: nextSignature });
    if (!isMeant || !isSigned) {
      throw new ProtocolError("signature_invalid", "The agent's other key is not announced by both keys.");
    }
    return (await hosts.announceKey(hostId, { present: publicKey, next })) ? next : null;
  }
}

const parse = (payload: string): KeyAnnouncement | null => {
  try {
    return keyAnnouncementSchema.parse(JSON.parse(payload));
  } catch {
    return null;
  }
};

const changed = (): ProtocolError =>
  new ProtocolError("conflict", "No agent with this key waits for approval any more. Look again.");
