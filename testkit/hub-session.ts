/** What tests ask of a hub over HTTP, signed in as somebody. */
export interface HubSession {
  readonly url: string;
  readonly cookie: { readonly name: string; readonly value: string };
  /** The answer's JSON. Any status of 400 or more is an error that carries the hub's own words. */
  readonly get: <Answer>(path: string) => Promise<Answer>;
  readonly post: <Answer>(path: string, body: object) => Promise<Answer>;
  readonly remove: (path: string) => Promise<void>;
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
  const send = (path: string, init: RequestInit): Promise<Response> => fetch(new URL(path, url), init);
  const postJson = (path: string, body: object, headers: Readonly<Record<string, string>>): Promise<Response> =>
    send(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const response = await postJson("/api/auth/sign-in", { email: who.email, password: who.password }, {});
  await readAnswer(response.clone());
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(response.headers.getSetCookie()[0] ?? "") ?? [];
  if (name === undefined || value === undefined) throw new Error("The hub signed in without a cookie.");
  const headers = { cookie: `${name}=${value}` };
  return {
    url,
    cookie: { name, value },
    get: async <Answer>(path: string) => (await readAnswer(await send(path, { headers }))) as Answer,
    post: async <Answer>(path: string, body: object) =>
      (await readAnswer(await postJson(path, body, headers))) as Answer,
    remove: async (path) => {
      await readAnswer(await send(path, { method: "DELETE", headers }));
    },
  };
};
