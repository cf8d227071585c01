import type { Config } from "./config.ts";
import type { OidcSettings } from "./open-people.ts";

/** The sign-in provider of the configuration; `null` where the operator named none. */
export const oidcSettingsOf = (
  { oidcIssuer, oidcClientId, oidcClientSecret, oidcName }: Config,
  hub: { readonly hubUrl: () => string; readonly failed: (error: unknown) => void },
): OidcSettings | null =>
  oidcIssuer === null || oidcClientId === null
    ? null
    : {
        issuer: oidcIssuer,
        name: oidcName ?? oidcIssuer.host,
        clientId: oidcClientId,
        clientSecret: oidcClientSecret,
        redirectUri: () => `${hub.hubUrl()}/api/auth/oidc/callback`,
        failed: hub.failed,
      };
