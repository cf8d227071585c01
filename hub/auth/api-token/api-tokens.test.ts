import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { ORG_HEADER } from "@yardarm/protocol/api/orgs";
import type { OrgId } from "@yardarm/protocol/ids";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TOKEN_SCOPES } from "../authority/permissions.ts";
import type { Requester } from "../authority/requester.ts";
import { newId } from "../crypto/new-id.ts";
import { createSessionCookie } from "../request/cookies.ts";
import { isApiToken, newApiToken } from "./api-token-text.ts";

const DAY_MS = 86_400_000;
const from = "192.0.2.1";
let hub: HubCore;
let owner: Requester;
let sessionToken: string;

beforeEach(async () => {
  hub = await openHubCore();
  sessionToken = (await hub.claim()).session.token;
  const actor = await hub.sessions.authenticate(sessionToken);
  if (actor === null) throw new Error("signed in");
  owner = { actor, address: from };
});
afterEach(() => hub[Symbol.asyncDispose]());

const make = (scopes: readonly string[], days = 1) =>
  hub.apiTokens.create(owner, { name: "ci", scopes: [...scopes], days });
const headers = (given: Readonly<Record<string, string>>) => ({ get: (name: string) => given[name] ?? null });

test("[IDTY-08] a token has a prefix and a checksum: a changed or made-up one is told without a database", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 62 }),
      fc.constantFrom(...Array.from("abcdefghijklmnopqrstuvwxyz234567")),
      (at, letter) => {
        const token = newApiToken(randomBytes);
        expect(token).toMatch(/^yrd_[a-z2-7]{59}$/);
        expect(isApiToken(token)).toBe(true);
        const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
        expect(isApiToken(changed)).toBe(changed === token);
      },
    ),
  );
  for (const text of ["", "yrd_", `yrd_${"a".repeat(59)}`, `${newApiToken(randomBytes)} `]) {
    expect(isApiToken(text)).toBe(false);
  }
});

test("[IDTY-08] a token is its creator with its scopes, at the moment of use", async () => {
  const { secret, token } = await make(["fleet.read", "container.stop", "fleet.read"]);
  expect(token).toMatchObject({ scopes: ["container.stop", "fleet.read"], lastUsedAt: null, createdBy: "owner" });
  const actor = await hub.apiTokens.authenticate(secret, from);
  expect(actor).toMatchObject({ userId: owner.actor.userId, sessionId: null, name: "owner (API token ci)" });
  expect([...(actor?.token?.scopes ?? [])]).toEqual(["container.stop", "fleet.read"]);
  expect(actor?.isInstanceAdmin).not.toBe(true);
  expect(await hub.apiTokens.list(owner.actor)).toMatchObject([{ lastUsedFrom: from }]);
  hub.clock.advance(DAY_MS);
  expect(await hub.apiTokens.authenticate(secret, from)).toBeNull();
  expect(await hub.apiTokens.list(owner.actor)).toEqual([]);
});

test("[IDTY-08] nobody gives a token what they do not have, or what no token has", async () => {
  const forbidden = { code: "forbidden" };
  for (const scope of ["account.manage", "member.manage", "org.create", "nonsense", "constructor"]) {
    await expect(make([scope])).rejects.toMatchObject(forbidden);
  }
  const viewer: Requester = { ...owner, actor: { ...owner.actor, role: "viewer" } };
  const order = { name: "ci", scopes: ["container.stop"], days: 1 };
  await expect(hub.apiTokens.create(viewer, order)).rejects.toMatchObject(forbidden);
  const narrowed: Requester = { ...owner, actor: { ...owner.actor, projects: [newId("prj")] } };
  await expect(hub.apiTokens.create(narrowed, { ...order, scopes: ["audit.read"] })).rejects.toMatchObject(forbidden);
  expect((await make([...TOKEN_SCOPES])).token.scopes).toHaveLength(TOKEN_SCOPES.size);
});

test("[SEC] the token itself is nowhere in the database", async () => {
  const { secret } = await make(["fleet.read"]);
  await hub.storage.close();
  for (const file of ["yardarm.db", "yardarm.db-wal"]) {
    const bytes = await readFile(path.join(hub.directory, file), "latin1").catch(() => "");
    expect(bytes).not.toContain(secret);
  }
});

test("[IDTY-08] a member sees and revokes their own; an admin everybody's", async () => {
  const { token } = await make(["fleet.read"]);
  const viewer: Requester = { ...owner, actor: { ...owner.actor, role: "viewer", userId: newId("usr") } };
  expect(await hub.apiTokens.list(viewer.actor)).toEqual([]);
  await expect(hub.apiTokens.revoke(viewer, token.tokenId)).rejects.toMatchObject({ code: "not_found" });
  const admin: Requester = { ...viewer, actor: { ...viewer.actor, role: "admin" } };
  expect(await hub.apiTokens.list(admin.actor)).toHaveLength(1);
  await hub.apiTokens.revoke(admin, token.tokenId);
  expect(hub.announced).toEqual([{ orgId: owner.actor.orgId, userId: owner.actor.userId }]);
});

test("one person cannot fill the table", async () => {
  for (let count = 0; count < 50; count += 1) await make(["fleet.read"]);
  await expect(make(["fleet.read"])).rejects.toMatchObject({ code: "conflict" });
});

test("[TEN-2] [SEC-T11] a bearer token decides alone; a wrong one is not made good by a cookie", async () => {
  const { secret } = await make(["fleet.read"]);
  const { callers } = hub;
  const cookie = `${createSessionCookie(null).name}=${sessionToken}`;
  expect(await callers.authenticate(headers({ cookie }), from)).toMatchObject({ sessionId: owner.actor.sessionId });
  const both = headers({ cookie, authorization: `Bearer ${secret}` });
  expect(await callers.authenticate(both, from)).toMatchObject({ sessionId: null });
  for (const authorization of ["Bearer", "Bearer x", `Basic ${secret}`, `Bearer ${secret} ${secret}`, secret, ""]) {
    expect(await callers.authenticate(headers({ cookie, authorization }), from), authorization).toBeNull();
  }
});

test("[TEN-3] [IDTY-03] X-Yardarm-Org names an org of which the caller is a member, or nothing is there", async () => {
  const { orgId } = await hub.orgs.create(owner, "Second");
  const { secret } = await make(["fleet.read"]);
  const cookie = `${createSessionCookie(null).name}=${sessionToken}`;
  const ask = (org: string, given: Readonly<Record<string, string>> = { cookie }) =>
    hub.callers.authenticate(headers({ ...given, [ORG_HEADER]: org }), from);
  expect(await ask(orgId)).toMatchObject({ orgId, role: "owner" });
  expect(await ask("")).toMatchObject({ orgId: owner.actor.orgId });
  const strange = newId<OrgId>("org");
  await hub.storage.system.orgs.create({ orgId: strange, name: "Strange", createdAtMs: 1 });
  const refused = await Promise.allSettled([ask(strange), ask(newId<OrgId>("org")), ask("../../etc")]);
  for (const answer of refused) {
    expect(answer).toMatchObject({ status: "rejected", reason: { code: "not_found", message: /no member of it/ } });
  }
  const authorization = `Bearer ${secret}`;
  expect(await ask(owner.actor.orgId, { authorization })).toMatchObject({ orgId: owner.actor.orgId });
  await expect(ask(orgId, { authorization })).rejects.toMatchObject({ code: "not_found" });
  expect(await ask(orgId, {})).toBeNull();
});
