import { readFile } from "node:fs/promises";
import path from "node:path";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";

const DAY_MS = 86_400_000;
const client = { address: "192.0.2.1", userAgent: "test" };

let hub: HubCore;
let person: { readonly userId: UserId; readonly orgId: OrgId };

beforeEach(async () => {
  hub = await openHubCore();
  const { userId, orgId } = await hub.claim();
  person = { userId, orgId };
});
afterEach(() => hub[Symbol.asyncDispose]());

test("[IDTY-02] a token opens its session, with the rights of its user at this moment", async () => {
  const { token, sessionId } = await hub.sessions.create(person, client);
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await hub.sessions.authenticate(token)).toEqual({
    ...person,
    sessionId,
    role: "owner",
    projects: null,
    name: "owner",
    email: "owner@example.com",
    isInstanceAdmin: true,
  });
  expect(await hub.sessions.authenticate(`${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`)).toBeNull();
  expect(await hub.sessions.authenticate("")).toBeNull();
});

test("[SEC] the token itself is nowhere in the database", async () => {
  const { token } = await hub.sessions.create(person, client);
  await hub.storage.close();
  expect(await readFile(path.join(hub.directory, "yardarm.db"), "latin1")).not.toContain(token);
});

test("a session ends seven days after its last use", async () => {
  const { token } = await hub.sessions.create(person, client);
  hub.clock.advance(7 * DAY_MS - 1);
  expect(await hub.sessions.authenticate(token)).not.toBeNull();
  hub.clock.advance(7 * DAY_MS - 1);
  expect(await hub.sessions.authenticate(token)).not.toBeNull();
  hub.clock.advance(7 * DAY_MS);
  expect(await hub.sessions.authenticate(token)).toBeNull();
});

test("a session ends thirty days after its beginning, however busy", async () => {
  const { token, sessionId } = await hub.sessions.create(person, client);
  for (let day = 0; day < 5; day += 1) {
    hub.clock.advance(6 * DAY_MS - 1);
    expect(await hub.sessions.authenticate(token)).not.toBeNull();
  }
  hub.clock.advance(5);
  expect(await hub.sessions.authenticate(token)).toBeNull();
  expect(await hub.sessions.recheck(sessionId)).toBeNull();
  await hub.sessions.prune();
  expect(await hub.storage.system.sessions.listOf(person.userId)).toEqual([]);
});

test("[IDTY-09] an open socket hears of a changed role, a removed member and a revoked session", async () => {
  const { sessionId } = await hub.sessions.create(person, client);
  const { members } = hub.storage.org(person.orgId);
  await members.setRole(person.userId, "viewer");
  expect(await hub.sessions.recheck(sessionId)).toMatchObject({ role: "viewer" });
  await hub.sessions.revoke(person.userId, sessionId);
  expect(await hub.sessions.recheck(sessionId)).toBeNull();
  await expect(hub.sessions.revoke(person.userId, sessionId)).rejects.toMatchObject({ code: "not_found" });
  const other = await hub.sessions.create(person, client);
  await members.remove(person.userId);
  expect(await hub.sessions.recheck(other.sessionId)).toBeNull();
  expect(await hub.sessions.authenticate(other.token)).toBeNull();
});

test("[IDTY-02] a person sees their sessions, with the present one marked", async () => {
  hub.clock.advance(1_000); // the claim's own session is older
  const { sessionId } = await hub.sessions.create(person, { ...client, userAgent: "x".repeat(1_000) });
  hub.clock.advance(1_000);
  const later = await hub.sessions.create(person, client);
  const views = await hub.sessions.list({ userId: person.userId, sessionId });
  expect(views.slice(0, 2).map((view) => [view.sessionId, view.current])).toEqual([
    [later.sessionId, false],
    [sessionId, true],
  ]);
  expect(views[1]?.userAgent).toHaveLength(256);
  expect(views[1]?.createdAt).toBe(new Date(hub.clock.nowMs() - 1_000).toISOString());
});

test("[SEC] one person cannot fill the table", async () => {
  for (let count = 0; count < 25; count += 1) await hub.sessions.create(person, client);
  expect(await hub.sessions.list({ ...person, sessionId: "ses_x" as never })).toHaveLength(20);
});
