/**
 * The join token: what an admin hands to a new host, once. `yjt_<tokenId>.<seed>.<fingerprint>`, where `seed` is the
 * 32-byte Ed25519 seed of which the hub keeps only the public half, and `fingerprint` the SHA-256 of the hub's key set;
 * both unpadded base64url.
 */
export type JoinToken = { readonly tokenId: string; readonly seed: string; readonly keySetFingerprint: string };

const PATTERN = /^yjt_([a-z]{2,5}_[0-9a-z]{10,64})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export const formatJoinToken = (token: JoinToken): string =>
  `yjt_${token.tokenId}.${token.seed}.${token.keySetFingerprint}`;

/** Returns `null` for anything that is not a join token; white space around it is forgiven. */
export const parseJoinToken = (text: string): JoinToken | null => {
  const match = PATTERN.exec(text.trim());
  const [, tokenId, seed, keySetFingerprint] = match ?? [];
  return tokenId === undefined || seed === undefined || keySetFingerprint === undefined
    ? null
    : { tokenId, seed, keySetFingerprint };
};
