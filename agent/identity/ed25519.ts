/** Ed25519 keys in the raw form in which they travel (32 bytes, base64url), for `node:crypto`. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type SigningPurpose, signingInput } from "@yardarm/protocol/signing";

/** DER in front of a raw key (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export const privateKeyFromSeed = (seed: string): KeyObject => {
  const key = Buffer.concat([PRIVATE_PREFIX, Buffer.from(seed, "base64url")]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
};

export const publicKeyFromRaw = (raw: string): KeyObject => {
  const key = Buffer.concat([PUBLIC_PREFIX, Buffer.from(raw, "base64url")]);
  return createPublicKey({ key, format: "der", type: "spki" });
};

/** The raw public half of a key, base64url. */
export const rawPublicKey = (key: KeyObject): string => {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ format: "der", type: "spki" }).subarray(PUBLIC_PREFIX.length).toString("base64url");
};

/** Signs `payload` for `purpose`; base64url. */
export const signFor = (purpose: SigningPurpose, payload: string, key: KeyObject): string =>
  sign(null, signingInput(purpose, payload), key).toString("base64url");

/** False for any signature that is not exactly this key's over exactly these bytes for exactly this purpose. */
export const isSignedFor = (
  purpose: SigningPurpose,
  signed: { readonly payload: string; readonly signature: string },
  key: KeyObject,
): boolean => verify(null, signingInput(purpose, signed.payload), key, Buffer.from(signed.signature, "base64url"));
