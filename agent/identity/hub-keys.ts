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
  objectOf,
  textOf,
} from "@yardarm/protocol/json-decoder";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import { isSignedFor, publicKeyFromRaw } from "./ed25519.ts";

/** A message part that the hub signed: the exact text, and the key that it names. */
export type HubSigned = { readonly payload: string; readonly keyId: string; readonly signature: string };

const keySet: Decoder<KeySet> = objectOf({
  version: integerOf({ min: 1 }),
  hubId: idOf<HubId>(),
  keys: arrayOf(objectOf({ keyId: textOf({ max: 80 }), publicKey: base64UrlOf(32) }), { min: 1, max: 16 }),
});

export class HubKeys {
  readonly hubId: HubId;
  /** The exact text that was pinned. */
  readonly text: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;

  /** Throws `malformed_frame` for text that is no key set. */
  constructor(text: string) {
    const { hubId, keys } = decodeJson(text, keySet, "key set");
    this.hubId = hubId;
    this.text = text;
    this.#keys = new Map(keys.map(({ keyId, publicKey }) => [keyId, publicKeyFromRaw(publicKey)]));
  }

  /** True when a pinned key signed exactly this text for exactly this purpose. */
  isSigned(purpose: SigningPurpose, signed: HubSigned): boolean {
    const key = this.#keys.get(signed.keyId);
    return key !== undefined && isSignedFor(purpose, signed, key);
  }
}

/** SHA-256 of the exact text of a key set, base64url: what a join token states. */
export const keySetFingerprint = (text: string): string => createHash("sha256").update(text).digest("base64url");
