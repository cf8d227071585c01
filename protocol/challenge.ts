/**
 * How an agent authenticates its upgrade. The hub refuses a bare request with 401 and
 * `WWW-Authenticate: Yardarm hub="<hubId>", nonce="<nonce>"`; the agent comes back with
 * `Authorization: Bearer <JWT>`: the header below, the claims of `connect-token.ts`, and an Ed25519 signature over
 * `signingInput("connect", "<header>.<claims>")`. The nonce lives 60 s by the hub's clock and is spent once, so
 * connecting needs no clock on the agent's side.
 */

/** The only accepted JOSE header, byte for byte after decoding: there is no algorithm to negotiate. */
export const CONNECT_TOKEN_HEADER = '{"alg":"EdDSA","typ":"JWT"}';

export type Challenge = { readonly hub: string; readonly nonce: string };

const PATTERN = /^Yardarm hub="([^"]{1,80})", nonce="([^"]{16,200})"$/;

export const formatChallenge = ({ hub, nonce }: Challenge): string => `Yardarm hub="${hub}", nonce="${nonce}"`;

/** Returns `null` for a header that is not our challenge. */
export const parseChallenge = (header: string): Challenge | null => {
  const [, hub, nonce] = PATTERN.exec(header) ?? [];
  return hub === undefined || nonce === undefined ? null : { hub, nonce };
};
