import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
// @ts-expect-error the package brings no types
import Provider from "oidc-provider";

/** What the package's instance is used for here. */
type ProviderHandle = {
  proxy: boolean;
  readonly callback: () => (request: IncomingMessage, response: ServerResponse) => void;
  readonly interactionDetails: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => Promise<{
    readonly uid: string;
    readonly prompt: { readonly name: string };
    readonly params: { readonly client_id: string };
    readonly session?: { readonly accountId: string };
  }>;
  readonly interactionFinished: (
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
    options: { readonly mergeWithLastSubmission: boolean },
  ) => Promise<void>;
  readonly Grant: new (of: {
    readonly accountId: string;
    readonly clientId: string;
  }) => {
    readonly addOIDCScope: (scope: string) => void;
    readonly save: () => Promise<string>;
  };
};

/** Somebody at the provider. */
export type ProviderAccount = {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
};

export const CLIENT = { id: "yardarm", secret: "a-secret-of-the-tests-that-is-long" } as const;

/** A real OpenID Connect provider on loopback, whose sign-in page asks nothing: `account` is whoever comes. */
export interface IdentityProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Who comes next; `null`: they press "cancel". */
  account: ProviderAccount | null;
  /** Walks through the provider as a browser would. @returns the address to which it sends the browser back */
  readonly visit: (url: string) => Promise<URL>;
  /** Every path that anybody asked for, in order. */
  readonly asked: readonly string[];
}

export const startIdentityProvider = async (options: { readonly redirectUri: string }): Promise<IdentityProvider> => {
  let provider: ProviderHandle | undefined;
  let account: ProviderAccount | null = { sub: "alice" };
  const asked: string[] = [];
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (provider === undefined) throw new Error("not started");
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    const finish = (result: object): Promise<void> | undefined =>
      provider?.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
    if (account === null) {
      await finish({ error: "access_denied", error_description: "The person said no." });
    } else if (prompt.name === "login") {
      await finish({ login: { accountId: account.sub } });
    } else {
      const grant = new provider.Grant({ accountId: session?.accountId ?? account.sub, clientId: params.client_id });
      grant.addOIDCScope("openid email profile");
      await finish({ consent: { grantId: await grant.save() } });
    }
  };
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.startsWith("/interaction/") === true) {
      interact(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    } else provider?.callback()(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [options.redirectUri] },
        ...{ grant_types: ["authorization_code"], response_types: ["code"] },
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ ...account, sub }) }),
    cookies: { keys: ["a key of the tests"] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  }) as ProviderHandle;
  return {
    issuer,
    asked,
    get account() {
      return account;
    },
    set account(next) {
      account = next;
    },
    visit: (url) => walk(url, issuer),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Follows redirects with cookies, as long as they stay at the provider. */
const walk = async (start: string, issuer: string): Promise<URL> => {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let step = 0; step < 10; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${url.pathname}: ${response.status} ${await response.text()}`);
    url = new URL(location, url);
    if (url.origin !== issuer) return url;
  }
  throw new Error("The provider leads in circles.");
};
