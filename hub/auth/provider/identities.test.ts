import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import { type HubCore, OWNER, openHubCore, sessionOf } from "@yardarm/testkit/hub-core";
import { CLIENT, type IdentityProvider, startIdentityProvider } from "@yardarm/testkit/identity-provider";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Requester } from "../authority/requester.ts";
import { newId } from "../crypto/new-id.ts";
import { shownCode } from "../second-factor/authenticator.contract.ts";
import { type Arrival, Identities } from "./identities.ts";
import { OidcProvider } from "./oidc-provider.ts";

const REDIRECT = "http://127.0.0.1:8080/api/auth/oidc/callback";
const client = { address: "192.0.2.1", userAgent: "test" };
let provider: IdentityProvider;
let hub: HubCore;
let orgId: OrgId;
let owner: Requester;
let identities: Identities;
let failures: unknown[];

beforeAll(async () => {
  provider = await startIdentityProvider({ redirectUri: REDIRECT });
});
afterAll(() => provider[Symbol.asyncDispose]());

const open = (issuer: string): Identities =>
  new Identities({
    ...{ storage: hub.storage, audit: hub.audit, door: hub.door, invitations: hub.invitations, random: randomBytes },
    provider: new OidcProvider({
      ...{ issuer: new URL(issuer), clientId: CLIENT.id, clientSecret: CLIENT.secret },
      ...{ redirectUri: () => REDIRECT, nowMs: () => hub.clock.nowMs() },
    }),
    providerName: "Example",
    failed: (error) => void failures.push(error),
    nowMs: () => hub.clock.nowMs(),
  });

beforeEach(async () => {
  hub = await openHubCore();
  const claimed = await hub.claim();
  ({ orgId } = claimed);
  const actor = await hub.sessions.authenticate(claimed.session.token);
  if (actor === null) throw new Error("signed in");
  owner = { actor, address: client.address };
  failures = [];
  identities = open(provider.issuer);
  provider.account = { sub: "alice", email: "alice@example.com", email_verified: true, name: "Alice" };
});
afterEach(() => hub[Symbol.asyncDispose]());

type Purpose = Parameters<Identities["begin"]>[0];
/** Goes to the provider and comes back; `change` forges what the browser brings. */
const go = async (
  purpose: Purpose,
  given: {
    readonly session?: Requester["actor"];
    readonly flow?: string | null;
    readonly change?: (answer: Record<string, string>) => void;
  } = {},
): Promise<Arrival> => {
  const { flow, url } = await identities.begin(purpose, client);
  const answer = Object.fromEntries((await provider.visit(url)).searchParams);
  given.change?.(answer);
  return identities.finish(given.flow === undefined ? flow : given.flow, answer, {
    client,
    session: given.session ?? null,
  });
};
const link = () => go({ purpose: "link", actor: owner.actor }, { session: owner.actor });
const ended = (outcome: string) => ({ kind: "ended", outcome });
const sessionIn = async (arrival: Arrival) => {
  if (arrival.kind !== "admitted") throw new Error(`${arrival.outcome}: ${String(failures)}`);
  return hub.sessions.authenticate(sessionOf(arrival.admission).token);
};

test("[IDTY-02] an identity that is linked signs in, by issuer and subject; unlinked it does not", async () => {
  expect(await go({ purpose: "sign-in" })).toMatchObject(ended("unknown"));
  expect(await link()).toMatchObject(ended("linked"));
  provider.account = { sub: "alice", email: "renamed@example.com" };
  expect(await sessionIn(await go({ purpose: "sign-in" }))).toMatchObject({ userId: owner.actor.userId, orgId });
  const [identity] = await identities.list(owner.actor.userId);
  expect(identity).toMatchObject({ issuer: provider.issuer, label: "alice@example.com" });
  if (identity === undefined) return;
  await identities.unlink(owner, identity.identityId);
  expect(await go({ purpose: "sign-in" })).toMatchObject(ended("unknown"));
  const kinds = (await hub.audit.list(orgId, { before: null, limit: 9 })).map(({ kind }) => kind);
  expect(kinds).toEqual(["identity.unlinked", "session.signed_in", "identity.linked", "instance.claimed"]);
  await identities.prune();
});

test("[SEC] the address of an account links nothing, also where the provider vouches for it", async () => {
  provider.account = { sub: "mallory", email: OWNER.email, email_verified: true };
  expect(await go({ purpose: "sign-in" })).toMatchObject(ended("unknown"));
  expect(await identities.list(owner.actor.userId)).toEqual([]);
});

test("[IDTY-02] where one-time codes are on, they are asked for after the provider as well", async () => {
  await link();
  const { secret } = await hub.secondFactor.begin(owner);
  await hub.secondFactor.confirm(owner, shownCode(secret, hub.clock.nowMs()));
  hub.clock.advance(60_000);
  const arrival = await go({ purpose: "sign-in" });
  if (arrival.kind !== "admitted" || arrival.admission.kind !== "second_factor") throw new Error("no second factor");
  const code = shownCode(secret, hub.clock.nowMs());
  const session = await hub.door.finish({ token: arrival.admission.token, code }, client);
  expect(await hub.sessions.authenticate(session.token)).toMatchObject({ orgId });
});

describe("[IDTY-05] with an invitation's link", () => {
  const invite = async (email: string) =>
    (await hub.invitations.create(owner, { email, role: "viewer", projects: null })).secret;

  test("an account without a password is made and linked, once", async () => {
    const invitationToken = await invite("alice@example.com");
    const actor = await sessionIn(await go({ purpose: "join", invitationToken }));
    expect(actor).toMatchObject({ email: "alice@example.com", name: "Alice", role: "viewer", orgId });
    await expect(identities.begin({ purpose: "join", invitationToken }, client)).rejects.toMatchObject({
      code: "token_invalid",
    });
    if (actor === null) return;
    const [identity] = await identities.list(actor.userId);
    const alice = { actor, address: client.address };
    const last = identities.unlink(alice, identity?.identityId ?? newId("idy"));
    await expect(last).rejects.toMatchObject({ code: "conflict" });
    expect(await identities.list(actor.userId)).toHaveLength(1);
    expect(await sessionIn(await go({ purpose: "sign-in" }))).toMatchObject({ userId: actor.userId });
  });

  test("another address at the provider, or one that it does not vouch for, spends nothing", async () => {
    const invitationToken = await invite("bob@example.com");
    expect(await go({ purpose: "join", invitationToken })).toMatchObject(ended("other_address"));
    provider.account = { sub: "bob", email: "bob@example.com", email_verified: false };
    expect(await go({ purpose: "join", invitationToken })).toMatchObject(ended("other_address"));
    expect(await hub.storage.system.users.findByEmail("bob@example.com")).toBeUndefined();
    expect(await hub.invitations.look(invitationToken)).toMatchObject({ email: "bob@example.com" });
  });

  test("an account that is there already is not taken over", async () => {
    const userId = newId<UserId>("usr");
    const email = "alice@example.com";
    await hub.storage.system.users.create({ userId, email, name: "A", passwordHash: "x", createdAtMs: 1 });
    const invitationToken = await invite(email);
    expect(await go({ purpose: "join", invitationToken })).toMatchObject(ended("account_exists"));
    expect(await identities.list(userId)).toEqual([]);
  });
});

describe("[SEC] the browser comes back and nobody is signed in", () => {
  const cases: readonly (readonly [string, Parameters<typeof go>[1], string])[] = [
    ["without the cookie of the browser that began (sign-in CSRF)", { flow: null }, "expired"],
    ["with the cookie of another flow", { flow: randomBytes(32).toString("base64url") }, "expired"],
    ["with a forged state", { change: (answer) => Object.assign(answer, { state: "forged" }) }, "failed"],
    [
      "without a state",
      {
        change: (answer) => {
          delete answer.state;
        },
      },
      "failed",
    ],
    [
      "with a code that the provider never gave",
      { change: (answer) => Object.assign(answer, { code: "x" }) },
      "failed",
    ],
    [
      "with the code of another issuer",
      { change: (answer) => Object.assign(answer, { iss: "https://other.example" }) },
      "failed",
    ],
  ];
  for (const [name, given, outcome] of cases) {
    test(name, async () => {
      await link();
      expect(await go({ purpose: "sign-in" }, given)).toMatchObject(ended(outcome));
    });
  }

  test("twice with the same answer, too late, or after the person said no", async () => {
    await link();
    const { flow, url } = await identities.begin({ purpose: "sign-in" }, client);
    const answer = Object.fromEntries((await provider.visit(url)).searchParams);
    const back = () => identities.finish(flow, answer, { client, session: null });
    expect(await back()).toMatchObject({ kind: "admitted" });
    expect(await back()).toMatchObject(ended("expired"));
    const late = await identities.begin({ purpose: "sign-in" }, client);
    const lateAnswer = Object.fromEntries((await provider.visit(late.url)).searchParams);
    hub.clock.advance(10 * 60_000);
    expect(await identities.finish(late.flow, lateAnswer, { client, session: null })).toMatchObject(ended("expired"));
    provider.account = null;
    expect(await go({ purpose: "sign-in" })).toMatchObject(ended("denied"));
  });

  test("with the code of one flow and the cookie of another, which PKCE, state and nonce refuse", async () => {
    await link();
    const [one, other] = [
      await identities.begin({ purpose: "sign-in" }, client),
      await identities.begin({ purpose: "sign-in" }, client),
    ];
    const stolen = Object.fromEntries((await provider.visit(one.url)).searchParams);
    const own = Object.fromEntries((await provider.visit(other.url)).searchParams);
    const mixed = { ...stolen, state: own.state ?? "" };
    expect(await identities.finish(other.flow, mixed, { client, session: null })).toMatchObject(ended("failed"));
  });

  test("to link, in another session than began, or with an identity that somebody has", async () => {
    const purpose = { purpose: "link", actor: owner.actor } as const;
    expect(await go(purpose)).toMatchObject(ended("expired"));
    const { token } = await hub.sessions.create({ userId: owner.actor.userId, orgId }, client);
    const other = await hub.sessions.authenticate(token);
    if (other === null) throw new Error("signed in");
    expect(await go(purpose, { session: other })).toMatchObject(ended("expired"));
    expect(await link()).toMatchObject(ended("linked"));
    expect(await link()).toMatchObject(ended("taken"));
  });
});

test("[SEC] ID tokens without a signature, of another key, or with another nonce are refused", async () => {
  // The last one signs as it should, and is let in: so it is the forgery that is refused.
  for (const forge of ["none", "HS256", "nonce", "nothing"] as const) {
    await using forger = await startForger(forge);
    identities = open(forger.issuer);
    const { flow, url } = await identities.begin({ purpose: "sign-in" }, client);
    const asked = new URL(url).searchParams;
    forger.nonce = forge === "nonce" ? "another" : (asked.get("nonce") ?? "");
    const answer = { code: "x", state: asked.get("state") ?? "", iss: forger.issuer };
    await hub.storage.system.identities.create({
      ...{ identityId: newId("idy"), userId: owner.actor.userId, issuer: forger.issuer, subject: "alice" },
      ...{ label: "", createdAtMs: 1 },
    });
    const arrival = await identities.finish(flow, answer, { client, session: null });
    expect(arrival).toMatchObject(forge === "nothing" ? { kind: "admitted" } : ended("failed"));
    for (const { identityId } of await identities.list(owner.actor.userId)) await identities.unlink(owner, identityId);
  }
  expect(failures).toHaveLength(3);
});

test("[SEC] discovery asks the configured issuer and nobody else; a provider that is away is a sentence", async () => {
  expect(new Set(provider.asked.filter((path) => path.startsWith("/.well-known")))).toEqual(
    new Set(["/.well-known/openid-configuration"]),
  );
  identities = open("http://127.0.0.1:9");
  const away = identities.begin({ purpose: "sign-in" }, client);
  await expect(away).rejects.toMatchObject({ code: "storage_unavailable" });
});

/** A provider that signs as it should not. */
const startForger = async (forge: "none" | "HS256" | "nonce" | "nothing") => {
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const { subtle } = crypto;
  const pair = await subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    true,
    ["sign", "verify"],
  );
  const state = { nonce: "", issuer: "" };
  const idToken = async (): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: state.issuer, sub: "alice", aud: CLIENT.id, iat: now, exp: now + 60, nonce: state.nonce };
    const text = `${base64({ alg: forge === "none" || forge === "HS256" ? forge : "RS256", kid: "1" })}.${base64(claims)}`;
    if (forge === "none") return `${text}.`;
    if (forge === "HS256") return `${text}.${randomBytes(32).toString("base64url")}`;
    const signature = await subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, Buffer.from(text));
    return `${text}.${Buffer.from(signature).toString("base64url")}`;
  };
  const server = createServer((request, response) => {
    void (async () => {
      const { issuer } = state;
      const path = new URL(request.url ?? "", issuer).pathname;
      const body =
        path === "/token"
          ? { access_token: "x", token_type: "Bearer", id_token: await idToken() }
          : path === "/jwks"
            ? { keys: [{ ...(await subtle.exportKey("jwk", pair.publicKey)), kid: "1", use: "sig", alg: "RS256" }] }
            : {
                ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
                ...{ jwks_uri: `${issuer}/jwks`, response_types_supported: ["code"] },
                ...{ subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"] },
              };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    get issuer() {
      return state.issuer;
    },
    set nonce(nonce: string) {
      state.nonce = nonce;
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
