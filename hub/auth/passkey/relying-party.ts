import { isIP } from "node:net";
import type { OriginOptions } from "../request/origin.ts";

/** As whom browsers know the hub when they make and use passkeys. */
export type RelyingParty = { readonly id: string; readonly origin: string };

/**
 * From the public URL; without one, `localhost`, because a passkey belongs to a name and never to an address. `null`
 * where browsers have no passkeys: plain HTTP beyond loopback, or an address instead of a name.
 */
export const relyingPartyOf = ({ publicUrl, port }: OriginOptions): RelyingParty | null => {
  if (publicUrl === null) return { id: "localhost", origin: `http://localhost:${port()}` };
  const { protocol, hostname, origin } = publicUrl;
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return null;
  return protocol === "https:" || hostname === "localhost" ? { id: hostname, origin } : null;
};
