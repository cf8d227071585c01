/**
 * The version of the messages between hub and agents, negotiated in `hello` and `welcome`.
 *
 * History (one line per version):
 * 1  first version.
 */
export const PROTOCOL_VERSION = 1;
/** The oldest version that this release still speaks. */
export const OLDEST_PROTOCOL_VERSION = 1;

export type VersionRange = { readonly min: number; readonly max: number };

/** The highest version that both sides speak, or `null` when there is none. */
export const negotiateVersion = (
  peer: VersionRange,
  own: VersionRange = { min: OLDEST_PROTOCOL_VERSION, max: PROTOCOL_VERSION },
): number | null => {
  const highest = Math.min(peer.max, own.max);
  return highest >= Math.max(peer.min, own.min) ? highest : null;
};
