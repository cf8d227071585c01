/** The hub's pinned keys: the only thing that makes a command, a welcome or an enrollment believed. */
import { createHash, type KeyObject } from "node:crypto";
import type { KeySet } from "@yardarm/protocol/api/hosts";
import type { HubId } from "@yardarm/protocol/ids";
import {
  arrayOf,
  base64UrlOf,
  type Decoder,
  decodeJson,
  idOf,
  integerOf,
  nullable,
  objectOf,
  textOf,
} from "@yardarm/protocol/json-decoder";
import { KEY_SET_KEYS, RECOVERY_KEY_ID } from "@yardarm/protocol/key-set";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import { isSignedFor, publicKeyFromRaw } from "./ed25519.ts";

/** A message part that the hub signed: the exact text, and the key that it names. */
export type HubSigned = { readonly payload: string; readonly keyId: string; readonly signature: string };

const keySet: Decoder<KeySet> = objectOf({
  version: integerOf({ min: 1 }),
  generation: integerOf({ min: 0 }),
  hubId: idOf<HubId>(),
  previous: nullable(base64UrlOf(32)),
  keys: arrayOf(objectOf({ keyId: textOf({ max: 80 }), publicKey: base64UrlOf(32) }), { min: 1, max: KEY_SET_KEYS }),
  recoveryPublicKey: base64UrlOf(32),
});

type Pinned = { readonly text: string; readonly set: KeySet; readonly keys: ReadonlyMap<string, KeyObject> };

const parse = (text: string): Pinned => {
  const set = decodeJson(text, keySet, "key set");
  return { text, set, keys: new Map(set.keys.map(({ keyId, publicKey }) => [keyId, publicKeyFromRaw(publicKey)])) };
};

export class HubKeys {
  #pinned: Pinned;

  /** Throws `malformed_frame` for text that is no key set. */
  constructor(text: string) {
    this.#pinned = parse(text);
  }

  get hubId(): HubId {
    return this.#pinned.set.hubId;
  }

  /** The exact text that is pinned. */
  get text(): string {
    return this.#pinned.text;
  }

  /** True when a pinned key signed exactly this text for exactly this purpose. */
  isSigned(purpose: SigningPurpose, signed: HubSigned): boolean {
    const key = this.#pinned.keys.get(signed.keyId);
    return key !== undefined && isSignedFor(purpose, signed, key);
  }

  /**
   * Pins a later set when the pinned one lets it: an online key may name the set that follows directly, with the same
   * recovery key; the recovery key may name any set of a higher generation, so that it overtakes whatever a stolen online
   * key has said.
   *
   * @returns whether the pinned set changed. One that is older, or not signed so, changes nothing.
   */
  follow(change: HubSigned): boolean {
    let next: Pinned;
    try {
      next = parse(change.payload);
    } catch {
      return false;
    }
    const { text, set } = this.#pinned;
    if (next.set.hubId !== set.hubId) return false;
    const isNext =
      change.keyId === RECOVERY_KEY_ID
        ? next.set.generation > set.generation &&
          isSignedFor("key-set", change, publicKeyFromRaw(set.recoveryPublicKey))
        : next.set.generation === set.generation &&
          next.set.version === set.version + 1 &&
          next.set.previous === keySetFingerprint(text) &&
          next.set.recoveryPublicKey === set.recoveryPublicKey &&
          this.isSigned("key-set", change);
    if (isNext) this.#pinned = next;
    return isNext;
  }

  /** Pins this set on the word of the host's owner. Throws `malformed_frame`, or an `Error` for another hub's. */
  repin(text: string): void {
    const next = parse(text);
    if (next.set.hubId !== this.hubId) {
      throw new Error(`These are the keys of the hub ${next.set.hubId}; this agent belongs to ${this.hubId}.`);
    }
    this.#pinned = next;
  }
}

/** SHA-256 of the exact text of a key set, base64url: what a join token states. */
export const keySetFingerprint = (text: string): string => createHash("sha256").update(text).digest("base64url");
