import { type Challenge, CONNECT_TOKEN_HEADER } from "@yardarm/protocol/challenge";
import type { ConnectClaims } from "@yardarm/protocol/connect-token";
import { asId, type HostId, type HubId } from "@yardarm/protocol/ids";
import type { SigningPurpose } from "@yardarm/protocol/signing";

export type SignFor = (purpose: SigningPurpose, payload: string) => string;

/** One of this host's keys. */
export type ConnectKey = { readonly publicKey: string; readonly sign: SignFor };

const base64Url = (text: string): string => Buffer.from(text).toString("base64url");

/** The JWT that answers a hub's challenge. */
export const connectToken = (challenge: Challenge, hostId: HostId, sign: SignFor): string => {
  const claims: ConnectClaims = { aud: asId<HubId>(challenge.hub), sub: hostId, nonce: challenge.nonce };
  const signed = `${base64Url(CONNECT_TOKEN_HEADER)}.${base64Url(JSON.stringify(claims))}`;
  return `${signed}.${sign("connect", signed)}`;
};
