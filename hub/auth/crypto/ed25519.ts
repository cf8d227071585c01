import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type SigningPurpose, signingInput } from "@yardarm/protocol/signing";

/** RFC 8410: what precedes the 32 raw bytes of an Ed25519 key in its DER encodings. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Decodes unpadded base64url of exactly `size` bytes in its one canonical spelling; `null` for anything else. */
export const decodeBase64Url = (text: string, size: number): Buffer | null => {
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === size && bytes.toString("base64url") === text ? bytes : null;
};

/** A private key from its 32-byte seed (unpadded base64url). */
export const privateKeyFromSeed = (seed: string): KeyObject | null => {
  const bytes = decodeBase64Url(seed, KEY_BYTES);
  return bytes === null
    ? null
    : createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, bytes]), format: "der", type: "pkcs8" });
};

/** The raw public key of a private one, as unpadded base64url. */
export const publicKeyOf = (privateKey: KeyObject): string =>
  createPublicKey(privateKey)
    .export({ format: "der", type: "spki" })
    .subarray(SPKI_PREFIX.length)
    .toString("base64url");

/** Purpose-bound signature over the exact bytes of `payload`, as unpadded base64url. */
export const signFor = (purpose: SigningPurpose, payload: string, privateKey: KeyObject): string =>
  sign(null, signingInput(purpose, payload), privateKey).toString("base64url");

/** False for any malformed key or signature; never throws. */
export const verifyFor = (
  purpose: SigningPurpose,
  payload: string,
  proof: { readonly publicKey: string; readonly signature: string },
): boolean => {
  const key = decodeBase64Url(proof.publicKey, KEY_BYTES);
  const signature = decodeBase64Url(proof.signature, SIGNATURE_BYTES);
  if (key === null || signature === null) return false;
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: "der", type: "spki" });
  return verify(null, signingInput(purpose, payload), publicKey, signature);
};
