import { ORG_HEADER } from "@yardarm/protocol/api/orgs";
import type { OrgId } from "@yardarm/protocol/ids";

/** What tests ask of a hub over HTTP, signed in as somebody. */
export interface HubSession {
  readonly url: string;
  readonly cookie: { readonly name: string; readonly value: string };
  /** The answer's JSON. Any status of 400 or more is an error that carries the hub's own words. */
  readonly get: <Answer>(path: string) => Promise<Answer>;
  readonly post: <Answer>(path: string, body: object) => Promise<Answer>;
  readonly patch: <Answer>(path: string, body: object) => Promise<Answer>;
  readonly remove: (path: string) => Promise<void>;
  /** The same session, whose calls are about another organization of this person. */
  readonly inOrg: (orgId: OrgId) => HubSession;
}

const readAnswer = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (!response.ok) throw new Error(`The hub answered ${response.status} to ${response.url}: ${text}`);
  return text === "" ? null : JSON.parse(text);
};

/** Signs in with e-mail and password, as the page does. */
export const signInTo = async (
  url: string,
  who: { readonly email: string; readonly password: string },
): Promise<HubSession> => {
  const response = await fetch(new URL("/api/auth/sign-in", url), {
    method: "POST",
    headers: JSON_BODY,
    body: JSON.stringify({ email: who.email, password: who.password }),
  });
  await readAnswer(response.clone());
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(response.headers.getSetCookie()[0] ?? "") ?? [];
  if (name === undefined || value === undefined) throw new Error("The hub signed in without a cookie.");
  return sessionOf(url, { name, value }, { cookie: `${name}=${value}` });
};

const JSON_BODY = { "content-type": "application/json" };

const sessionOf = (
  url: string,
  cookie: HubSession["cookie"],
  headers: Readonly<Record<string, string>>,
): HubSession => {
  const call = async (method: string, path: string): Promise<unknown> =>
    readAnswer(await fetch(new URL(path, url), { method, headers }));
  const say = async (method: string, path: string, body: object): Promise<unknown> =>
    readAnswer(
      await fetch(new URL(path, url), { method, headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body) }),
    );
  return {
    url,
    cookie,
    get: async <Answer>(path: string) => (await call("GET", path)) as Answer,
    post: async <Answer>(path: string, body: object) => (await say("POST", path, body)) as Answer,
    patch: async <Answer>(path: string, body: object) => (await say("PATCH", path, body)) as Answer,
    remove: async (path) => {
      await call("DELETE", path);
    },
    inOrg: (orgId) => sessionOf(url, cookie, { ...headers, [ORG_HEADER]: orgId }),
  };
};
