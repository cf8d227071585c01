/** What an enrollment leaves behind, and the key that proves it. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { HostId, HubId, JoinTokenId, OrgId } from "@yardarm/protocol/ids";
import { type Decoder, decodeJson, idOf, objectOf, textOf, tsNsText } from "@yardarm/protocol/json-decoder";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import { rawPublicKey, signFor } from "./ed25519.ts";
import { HubKeys } from "./hub-keys.ts";
import type { StateDirectory } from "./state-directory.ts";

/** Signs with a key that never leaves its owner. */
export interface Signer {
  /** Raw public half, base64url. */
  readonly publicKey: string;
  /** Signs `payload` for `purpose`; base64url. */
  sign(purpose: SigningPurpose, payload: string): string;
}

export interface Identity {
  readonly hubId: HubId;
  readonly orgId: OrgId;
  readonly hostId: HostId;
  /** Hub time, ns since the epoch. */
  readonly enrolledAtNs: bigint;
  /** The token that was spent for it: another token means a new enrollment. */
  readonly joinTokenId: JoinTokenId;
  readonly hubKeys: HubKeys;
  readonly signer: Signer;
}

const IDENTITY_FILE = "identity.json";

const stored = objectOf({
  hubId: idOf<HubId>(),
  orgId: idOf<OrgId>(),
  hostId: idOf<HostId>(),
  enrolledAtNs: tsNsText,
  joinTokenId: idOf<JoinTokenId>(),
  keySet: textOf({ max: 8192 }),
}) satisfies Decoder<unknown>;

/** The identity of an earlier enrollment, or `null`. Throws an `Error` with a sentence when the files are damaged. */
export const loadIdentity = (directory: StateDirectory): Identity | null => {
  const text = directory.read(IDENTITY_FILE);
  if (text === null) return null;
  try {
    const { keySet, enrolledAtNs, ...ids } = decodeJson(text, stored, IDENTITY_FILE);
    const pem = directory.read(keyFile(ids.joinTokenId));
    if (pem === null) throw new Error("Its key file is missing.");
    const signer = signerOf(createPrivateKey(pem));
    return { ...ids, enrolledAtNs: BigInt(enrolledAtNs), hubKeys: new HubKeys(keySet), signer };
  } catch (cause) {
    const advice = "restore it from a backup, or empty it and enroll the host again";
    throw new Error(`The agent's state in ${directory.path} is damaged: ${advice}.`, { cause });
  }
};

/** Pins an enrollment. Durable when it returns. */
export const saveIdentity = (directory: StateDirectory, identity: Omit<Identity, "signer">): void => {
  const { hubId, orgId, hostId, joinTokenId, hubKeys } = identity;
  const enrolledAtNs = String(identity.enrolledAtNs);
  const fields = { hubId, orgId, hostId, enrolledAtNs, joinTokenId, keySet: hubKeys.text };
  directory.write(IDENTITY_FILE, `${JSON.stringify(fields)}\n`);
};

/**
 * The key with which `joinTokenId` is or was redeemed, made when there is none. It is on the disk before it is used,
 * so that an enrollment whose answer was lost is asked for again with the same key.
 */
export const signerForToken = (directory: StateDirectory, joinTokenId: JoinTokenId): Signer => {
  const name = keyFile(joinTokenId);
  const pem = directory.read(name);
  if (pem !== null) return signerOf(createPrivateKey(pem));
  const { privateKey } = generateKeyPairSync("ed25519");
  directory.write(name, privateKey.export({ format: "pem", type: "pkcs8" }).toString());
  return signerOf(privateKey);
};

export const keyFile = (joinTokenId: JoinTokenId): string => `key-${joinTokenId}.pem`;

export const signerOf = (key: KeyObject): Signer => ({
  publicKey: rawPublicKey(key),
  sign: (purpose, payload) => signFor(purpose, payload, key),
});
