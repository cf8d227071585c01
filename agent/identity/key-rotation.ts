/** Replaces this agent's key while it runs: when the hub says so, or when a key was made for it from outside. */
import type { KeyAccepted } from "@yardarm/protocol/agent-down/key-accepted";
import type { KeyRotate, KeyRotateOrder } from "@yardarm/protocol/agent-down/key-rotate";
import type { KeyAnnounce, KeyAnnouncement } from "@yardarm/protocol/agent-up/key-announce";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, HubId } from "@yardarm/protocol/ids";
import { base64UrlOf, type Decoder, decodeJson, idOf, objectOf } from "@yardarm/protocol/json-decoder";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import type { AgentKeys } from "./agent-keys.ts";
import type { Signer } from "./identity.ts";

export type KeyRotationOptions = {
  readonly keys: AgentKeys;
  readonly hubId: HubId;
  readonly hostId: HostId;
  /** Verifies against the pinned keys. */
  isSigned(purpose: SigningPurpose, signed: KeyRotate): boolean;
  send(message: KeyAnnounce): void;
  /** MUST end this connection and dial anew. */
  redial(): void;
  /** Told of a new key in force. */
  replaced(publicKey: string): void;
};

const order: Decoder<KeyRotateOrder> = objectOf({
  hubId: idOf<HubId>(),
  hostId: idOf<HostId>(),
  sessionNonce: base64UrlOf(32),
});

export class KeyRotation {
  readonly #options: KeyRotationOptions;
  #proved: Signer | null = null;
  #sessionNonce: string | null = null;

  constructor(options: KeyRotationOptions) {
    this.#options = options;
  }

  /** With this key the socket was opened; it counts when the hub's welcome has come. */
  proved(signer: Signer): void {
    this.#proved = signer;
  }

  /** The hub's welcome was verified. Another key that waits is announced now. */
  online(sessionNonce: string): void {
    const { keys, replaced } = this.#options;
    this.#sessionNonce = sessionNonce;
    if (this.#proved !== null && keys.welcomed(this.#proved.publicKey)) replaced(keys.current.publicKey);
    const { next } = keys;
    if (next !== null) this.#announce(next);
  }

  offline(): void {
    this.#sessionNonce = null;
  }

  /** The hub wants another key. Throws `signature_invalid` when it did not say so, or said it to another connection. */
  take(message: KeyRotate): void {
    const { keys, hubId, hostId, isSigned } = this.#options;
    const isMeant = ({ sessionNonce, ...ids }: KeyRotateOrder): boolean =>
      ids.hubId === hubId && ids.hostId === hostId && sessionNonce === this.#sessionNonce;
    if (!isSigned("rotate-key", message) || !isMeant(decodeJson(message.payload, order, "key.rotate"))) {
      throw new ProtocolError("signature_invalid", "The hub's order to change the key was not meant for this agent.");
    }
    this.#announce(keys.prepare());
  }

  /** The hub knows the other key: it is used from the next connection on, which is now. */
  accepted({ agentPublicKey }: KeyAccepted): void {
    const { keys, redial } = this.#options;
    if (keys.next?.publicKey === agentPublicKey) redial();
  }

  #announce(next: Signer): void {
    const { keys, hubId, hostId, send } = this.#options;
    if (this.#sessionNonce === null) return;
    const announcement: KeyAnnouncement = {
      ...{ hubId, hostId, sessionNonce: this.#sessionNonce },
      agentPublicKey: next.publicKey,
    };
    const payload = JSON.stringify(announcement);
    send({
      type: "key.announce",
      payload,
      signature: keys.current.sign("next-key", payload),
      nextSignature: next.sign("next-key", payload),
    });
  }
}
