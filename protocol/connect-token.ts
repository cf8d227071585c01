import { z } from "zod";
import type { HostId, HubId } from "./ids.ts";
import { idSchema } from "./schema.ts";

/**
 * How an agent authenticates its upgrade. The hub refuses a bare request with 401 and
 * `WWW-Authenticate: Yardarm hub="<hubId>", nonce="<nonce>"`; the agent comes back with
 * `Authorization: Bearer <JWT>`: header `{"alg":"EdDSA","typ":"JWT"}`, these claims, and an Ed25519 signature over
 * `signingInput("connect", "<header>.<claims>")`. The nonce lives 60 s by the hub's clock and is spent once, so
 * connecting needs no clock on the agent's side.
 */
export const connectClaimsSchema = z.object({
  aud: idSchema<HubId>(),
  sub: idSchema<HostId>(),
  nonce: z.string().min(16).max(200),
});

export type ConnectClaims = z.infer<typeof connectClaimsSchema>;

/** The only accepted JOSE header, byte for byte after decoding: there is no algorithm to negotiate. */
export const CONNECT_TOKEN_HEADER = '{"alg":"EdDSA","typ":"JWT"}';

const CHALLENGE = /^Yardarm hub="([^"]{1,80})", nonce="([^"]{16,200})"$/;

export const formatChallenge = (challenge: { readonly hub: string; readonly nonce: string }): string =>
  `Yardarm hub="${challenge.hub}", nonce="${challenge.nonce}"`;

/** Returns `null` for a header that is not our challenge. */
export const parseChallenge = (header: string): { readonly hub: string; readonly nonce: string } | null => {
  const [, hub, nonce] = CHALLENGE.exec(header) ?? [];
  return hub === undefined || nonce === undefined ? null : { hub, nonce };
};
