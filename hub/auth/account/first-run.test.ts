import { signUpRequestSchema } from "@yardarm/protocol/api/auth";
import { type HubCore, OWNER, openHubCore } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";

const client = { address: "192.0.2.1", userAgent: "test" };
let hub: HubCore;

beforeEach(async () => {
  hub = await openHubCore();
});
afterEach(() => hub[Symbol.asyncDispose]());

const request = (setupToken: string) =>
  signUpRequestSchema.parse({ ...OWNER, setupToken, name: "Ada", orgName: "Harbour" });

test("[IDTY-01] the printed token makes the first owner, org and project at once", async () => {
  expect(await hub.firstRun.isClaimed()).toBe(false);
  const token = (await hub.firstRun.offerSetupToken()) ?? "";
  const { orgId, userId, session } = await hub.firstRun.claim(request(` ${token}\n`), client);
  expect(await hub.firstRun.isClaimed()).toBe(true);
  expect(await hub.sessions.authenticate(session.token)).toMatchObject({ userId, orgId, role: "owner", name: "Ada" });
  expect(await hub.storage.system.orgs.listOf(userId)).toEqual([
    { orgId, name: "Harbour", role: "owner", approvesHosts: false },
  ]);
  expect(await hub.storage.org(orgId).projects.list()).toMatchObject([{ name: "Default" }]);
  expect(await hub.audit.verify(orgId)).toMatchObject({ ok: true, rows: 1 });
  expect(await hub.firstRun.offerSetupToken()).toBeNull();
});

test("[SEC-T15] [SEC-T20] [IDTY-01] a wrong, an old and a used token claim nothing", async () => {
  await expect(hub.firstRun.claim(request("guess"), client)).rejects.toMatchObject({ code: "token_invalid" });
  const old = (await hub.firstRun.offerSetupToken()) ?? "";
  const token = (await hub.firstRun.offerSetupToken()) ?? "";
  await expect(hub.firstRun.claim(request(old), client)).rejects.toMatchObject({ code: "token_invalid" });
  expect(await hub.storage.system.orgs.list()).toEqual([]);
  await hub.firstRun.claim(request(token), client);
  await expect(hub.firstRun.claim(request(token), client)).rejects.toMatchObject({ code: "conflict" });
});

test("[IDTY-01] of several who claim at once one becomes the owner", async () => {
  const token = (await hub.firstRun.offerSetupToken()) ?? "";
  const answers = await Promise.allSettled([1, 2, 3].map(() => hub.firstRun.claim(request(token), client)));
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await hub.storage.system.orgs.list()).toHaveLength(1);
});

test("the configured owner claims without a token, once, and leaves no session behind", async () => {
  const claimed = await hub.firstRun.claimFor(OWNER);
  expect(await hub.storage.system.sessions.listOf(claimed?.userId ?? ("" as never))).toEqual([]);
  expect(await hub.firstRun.claimFor({ email: "second@example.com", password: OWNER.password })).toBeNull();
  expect(await hub.storage.system.users.findByEmail("second@example.com")).toBeUndefined();
});
