import { randomBytes } from "node:crypto";
import { type HubCore, OWNER, openHubCore, sessionOf } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Requester } from "../authority/requester.ts";
import { issuePasswordLink } from "../password/password-link.ts";

const client = { address: "192.0.2.1", userAgent: "test" };
const NEW = "another horse, another battery";
let hub: HubCore;
let owner: Requester;
let token: string;

beforeEach(async () => {
  hub = await openHubCore();
  ({ token } = (await hub.claim()).session);
  const actor = await hub.sessions.authenticate(token);
  if (actor === null) throw new Error("signed in");
  owner = { actor, address: client.address };
});
afterEach(() => hub[Symbol.asyncDispose]());

const by = { name: "test", address: null };
const link = () => issuePasswordLink({ ...hub, nowMs: () => hub.clock.nowMs(), random: randomBytes }, OWNER.email, by);

test("[IDTY-01] changing the password asks for the present one and replaces the session's token", async () => {
  const other = await hub.sessions.create(owner.actor, client);
  const change = { currentPassword: OWNER.password, newPassword: NEW, endOtherSessions: false };
  const wrong = hub.accounts.changePassword(owner, { ...change, currentPassword: "wrong" });
  await expect(wrong).rejects.toMatchObject({ code: "unauthenticated" });
  const replaced = await hub.accounts.changePassword(owner, change);
  expect(await hub.sessions.authenticate(token)).toBeNull();
  expect(await hub.sessions.authenticate(replaced)).toMatchObject({ sessionId: owner.actor.sessionId });
  expect(await hub.sessions.authenticate(other.token)).not.toBeNull();
  await hub.accounts.changePassword(owner, { ...change, currentPassword: NEW, endOtherSessions: true });
  expect(await hub.sessions.authenticate(other.token)).toBeNull();
  expect(hub.announced).toEqual([
    { orgId: owner.actor.orgId, userId: owner.actor.userId },
    { orgId: owner.actor.orgId, userId: owner.actor.userId },
  ]);
  await expect(hub.signIn.signIn(OWNER, client)).rejects.toMatchObject({ code: "unauthenticated" });
  expect(sessionOf(await hub.signIn.signIn({ ...OWNER, password: NEW }, client)).token).toHaveLength(43);
});

test("[SEC] guessing the present password is limited like signing in", async () => {
  const guess = () =>
    hub.accounts.changePassword(owner, { currentPassword: "wrong", newPassword: NEW, endOtherSessions: false });
  for (let count = 0; count < 5; count += 1) await expect(guess()).rejects.toMatchObject({ code: "unauthenticated" });
  await expect(guess()).rejects.toMatchObject({ code: "rate_limited" });
});

test("[IDTY-01] a link sets a new password once, in time, and ends every session", async () => {
  const resetToken = (await link()) ?? "";
  const use = () => hub.accounts.resetPassword({ resetToken, newPassword: NEW }, client.address);
  const answers = await Promise.allSettled([use(), use(), use()]);
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await hub.sessions.authenticate(token)).toBeNull();
  await hub.signIn.signIn({ email: OWNER.email, password: NEW }, client);
  const late = (await link()) ?? "";
  hub.clock.advance(60 * 60_000);
  const tooLate = hub.accounts.resetPassword({ resetToken: late, newPassword: NEW }, client.address);
  await expect(tooLate).rejects.toMatchObject({ code: "token_expired" });
  await hub.accounts.prune();
  const rows = await hub.audit.list(owner.actor.orgId, { before: null, limit: 10 });
  expect(rows.filter(({ kind }) => kind === "password.reset").map(({ outcome }) => outcome)).toEqual([
    "pending",
    "success",
    "pending",
  ]);
});

test("[IDTY-01] a person without any org left is told so, who knows the password alone", async () => {
  await hub.storage.org(owner.actor.orgId).members.remove(owner.actor.userId);
  await expect(hub.signIn.signIn(OWNER, client)).rejects.toMatchObject({ code: "forbidden" });
  const wrong = hub.signIn.signIn({ ...OWNER, password: "wrong" }, client);
  await expect(wrong).rejects.toMatchObject({ code: "unauthenticated" });
});

test("[IDTY-03] switching orgs replaces the token; a stranger's org is not there", async () => {
  const { orgId } = await hub.orgs.create(owner, "Second");
  const replaced = await hub.orgs.switchTo(owner.actor, orgId);
  expect(await hub.sessions.authenticate(token)).toBeNull();
  expect(await hub.sessions.authenticate(replaced)).toMatchObject({ orgId });
  await expect(hub.orgs.switchTo(owner.actor, "org_aaaaaaaaaa" as never)).rejects.toMatchObject({ code: "not_found" });
});
