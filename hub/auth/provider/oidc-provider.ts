import { ProtocolError } from "@yardarm/protocol/errors";
import type { Configuration } from "openid-client";
import { isLoopbackName } from "../request/origin.ts";

const TIMEOUT_SECONDS = 10;
const ANSWER_BYTES = 256 * 1024;
const DISCOVERY_MS = 60 * 60_000;

export interface OidcProviderOptions {
  readonly issuer: URL;
  readonly clientId: string;
  /** `null`: a public client, which PKCE protects alone. */
  readonly clientSecret: string | null;
  /** Where the provider sends browsers back to. */
  readonly redirectUri: () => string;
  readonly nowMs: () => number;
}

/** What binds an answer to the browser that asked. */
export type OidcBinding = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Who it is at the provider. The address is what the provider says, and proves nothing by itself. */
export type OidcClaims = {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly name: string | null;
};

/** The provider answered that the person, or it itself, said no. */
export class OidcDeniedError extends Error {
  override readonly name = "OidcDeniedError";
}

/**
 * The one OpenID Connect provider that the operator configured: authorization code with PKCE, state and nonce; the ID
 * token's signature is checked as well. The library is loaded when somebody uses it, and so is the provider's discovery
 * document, from the configured issuer and nowhere else.
 */
export class OidcProvider {
  readonly #options: OidcProviderOptions;
  #discovered: { readonly configuration: Promise<Configuration>; readonly untilMs: number } | null = null;

  constructor(options: OidcProviderOptions) {
    this.#options = options;
  }

  /** The address at the provider to which the browser goes. @throws ProtocolError `storage_unavailable` */
  async authorizationUrl({ state, nonce, verifier }: OidcBinding): Promise<URL> {
    const client = await import("openid-client");
    return client.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: this.#options.redirectUri(),
      scope: "openid email profile",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...{ state, nonce },
    });
  }

  /**
   * Redeems what the browser brought back.
   *
   * @throws OidcDeniedError; any other error for an answer that does not hold: state, issuer, nonce, signature, times
   */
  async claims(answer: Readonly<Record<string, string>>, { state, nonce, verifier }: OidcBinding): Promise<OidcClaims> {
    const client = await import("openid-client");
    const url = new URL(this.#options.redirectUri());
    url.search = new URLSearchParams(answer).toString();
    const configuration = await this.#configuration();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        ...{ pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error("The provider sent no ID token.");
      return {
        ...{ issuer: claims.iss, subject: claims.sub },
        email: typeof claims.email === "string" && claims.email_verified !== false ? claims.email : null,
        name: typeof claims.name === "string" ? claims.name : null,
      };
    } catch (error) {
      if (error instanceof client.AuthorizationResponseError) throw new OidcDeniedError(error.error);
      throw error;
    }
  }

  async #configuration(): Promise<Configuration> {
    const now = this.#options.nowMs();
    if (this.#discovered === null || this.#discovered.untilMs <= now) {
      const configuration = this.#discover();
      this.#discovered = { configuration, untilMs: now + DISCOVERY_MS };
      // What failed is tried again by the next one who asks.
      configuration.catch(() => {
        this.#discovered = null;
      });
    }
    try {
      return await this.#discovered.configuration;
    } catch (cause) {
      const { issuer } = this.#options;
      throw new ProtocolError(
        "storage_unavailable",
        `The sign-in provider ${issuer.host} does not answer as it should.`,
        {
          cause,
        },
      );
    }
  }

  async #discover(): Promise<Configuration> {
    const client = await import("openid-client");
    const { issuer, clientId, clientSecret } = this.#options;
    const isPlain = issuer.protocol === "http:" && isLoopbackName(issuer.hostname);
    return client.discovery(
      issuer,
      clientId,
      undefined,
      clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret),
      {
        timeout: TIMEOUT_SECONDS,
        execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
        [client.customFetch]: async (url, request) => bounded(await fetch(url, request as RequestInit)),
      },
    );
  }
}

/** The answer, whose body is not larger than anything a provider has to say. */
const bounded = async (response: Response): Promise<Response> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error("The provider's answer is too large.");
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : Buffer.concat(chunks), { status, statusText, headers });
};
