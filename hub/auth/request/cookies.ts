import { isLoopbackName } from "./origin.ts";

/** A cookie with a secret: how it is named, written and read. */
export interface SessionCookie {
  readonly name: string;
  /** True when the connection gives no protection against the network; the UI says so. */
  readonly isInsecure: boolean;
  /** `Set-Cookie` of a new secret. */
  readonly write: (token: string, maxAgeMs: number) => string;
  /** `Set-Cookie` that removes it. */
  readonly clear: () => string;
  /** The token in a `Cookie` header; `null` when there is none, or more than one. */
  readonly read: (header: string | null | undefined) => string | null;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * `__Host-` and `Secure`, which browsers also accept on plain-HTTP loopback. Only where the operator's own public URL is
 * `http://` beyond loopback do both go, because a browser would drop the cookie.
 */
export const createSessionCookie = (publicUrl: URL | null): SessionCookie => createCookie(publicUrl, "yardarm");

/** Binds a visit to the sign-in provider to the browser that began it. */
export const createFlowCookie = (publicUrl: URL | null): SessionCookie => createCookie(publicUrl, "yardarm-oidc");

const createCookie = (publicUrl: URL | null, plainName: string): SessionCookie => {
  const isInsecure = publicUrl !== null && publicUrl.protocol === "http:" && !isLoopbackName(publicUrl.hostname);
  const name = isInsecure ? plainName : `__Host-${plainName}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isInsecure ? "" : "; Secure"}`;
  return {
    name,
    isInsecure,
    write: (token, maxAgeMs) => `${name}=${token}; Max-Age=${Math.floor(maxAgeMs / 1000)}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
    read: (header) => {
      const values = (header ?? "").split(";").flatMap((part) => {
        const [key, ...value] = part.trim().split("=");
        return key === name ? [value.join("=")] : [];
      });
      const [token] = values;
      return values.length === 1 && token !== undefined && TOKEN.test(token) ? token : null;
    },
  };
};
