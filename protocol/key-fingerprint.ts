const HEX_DIGITS = 32;

/**
 * What a person compares by eye of an agent's key: the first 128 bits of the SHA-256 of its 32 raw bytes, in groups of
 * four. Hub and agent hash with what they have; both show it in this form.
 */
export const formatKeyFingerprint = (sha256Hex: string): string =>
  sha256Hex.slice(0, HEX_DIGITS).replace(/(.{4})(?=.)/g, "$1 ");
