import { randomBytes } from "node:crypto";
import type { OrgId } from "@yardarm/protocol/ids";
import { type HubCore, OWNER, openHubCore, sessionOf } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Passwords } from "../password/password.ts";
import { RateLimitedError } from "../request/rate-limit.ts";
import { Tickets } from "../session/tickets.ts";
import type { SignIn } from "./sign-in.ts";

const client = { address: "192.0.2.1", userAgent: "test" };
const from = (address: string) => ({ ...client, address });
let hub: HubCore;
let orgId: OrgId;
let signIn: SignIn;

beforeEach(async () => {
  hub = await openHubCore();
  ({ orgId } = await hub.claim());
  signIn = hub.signIn;
});
afterEach(() => hub[Symbol.asyncDispose]());

const kinds = async () => (await hub.audit.list(orgId, { before: null, limit: 50 })).map(({ kind }) => kind);

test("[IDTY-02] [AUDT-01] the right password opens a session, signing out ends it; both are recorded", async () => {
  const { token, sessionId } = sessionOf(await signIn.signIn(OWNER, client));
  const actor = await hub.sessions.authenticate(token);
  expect(actor).toMatchObject({ sessionId, orgId, role: "owner" });
  if (actor === null) return;
  await signIn.signOut(actor, client);
  await signIn.signOut(actor, client);
  expect(await hub.sessions.authenticate(token)).toBeNull();
  expect(await kinds()).toEqual(["session.signed_out", "session.signed_in", "instance.claimed"]);
});

test("[SEC] a wrong password and an unknown person get the same answer; the refusal is recorded", async () => {
  const failures = await Promise.allSettled([
    signIn.signIn({ email: OWNER.email, password: "wrong" }, client),
    signIn.signIn({ email: "nobody@example.com", password: "wrong" }, client),
  ]);
  const [known, unknown] = failures.map((failure) => (failure.status === "rejected" ? failure.reason : null));
  expect(known).toMatchObject({ code: "unauthenticated", message: unknown.message });
  expect(await kinds()).toEqual(["session.refused", "instance.claimed"]);
});

test("[SEC] an account takes five wrong attempts a minute, from wherever they come; other accounts go on", async () => {
  const wrong = { email: OWNER.email, password: "wrong" };
  for (let count = 0; count < 5; count += 1) {
    await expect(signIn.signIn(wrong, from(`198.51.100.${count}`))).rejects.toMatchObject({ code: "unauthenticated" });
  }
  const blocked = signIn.signIn(OWNER, from("198.51.100.99"));
  await expect(blocked).rejects.toBeInstanceOf(RateLimitedError);
  await expect(blocked).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 60 });
  await expect(signIn.signIn({ ...wrong, email: "b@example.com" }, client)).rejects.toMatchObject({
    code: "unauthenticated",
  });
});

test("[SEC] an address takes twenty attempts, whoever it tries; right ones do not count", async () => {
  for (let count = 0; count < 25; count += 1) await signIn.signIn(OWNER, client);
  const attempts = Array.from({ length: 20 }, (_, index) =>
    signIn
      .signIn({ email: `p${index}@example.com`, password: "wrong" }, client)
      .catch((error: { code: string }) => error.code),
  );
  expect(new Set(await Promise.all(attempts))).toEqual(new Set(["unauthenticated"]));
  await expect(signIn.signIn(OWNER, client)).rejects.toMatchObject({ code: "rate_limited" });
  expect(sessionOf(await signIn.signIn(OWNER, from("203.0.113.5"))).token).toHaveLength(43);
});

test("a hash with a cost of the past is renewed at the next sign-in", async () => {
  const user = await hub.storage.system.users.findByEmail(OWNER.email);
  const weaker = new Passwords({ random: randomBytes, cost: { memory: 32, passes: 1 } });
  await hub.storage.system.users.setPasswordHash(user?.userId ?? ("" as never), await weaker.hash(OWNER.password));
  await signIn.signIn(OWNER, client);
  expect((await hub.storage.system.users.findByEmail(OWNER.email))?.passwordHash).toContain("$m=64,");
});

test("[SEC-T11] a ticket opens one socket, in time, while its session lasts", async () => {
  const nowMs = () => hub.clock.nowMs();
  const tickets = new Tickets({ storage: hub.storage, callers: hub.callers, nowMs, random: randomBytes });
  const { token, sessionId } = sessionOf(await signIn.signIn(OWNER, client));
  const actor = await hub.sessions.authenticate(token);
  if (actor === null) throw new Error("signed in");

  const { ticket, expiresAtMs } = await tickets.issue(actor);
  expect(expiresAtMs).toBe(nowMs() + 30_000);
  expect(await tickets.redeem(ticket)).toEqual(actor);
  expect(await tickets.redeem(ticket)).toBeNull();

  const late = await tickets.issue(actor);
  hub.clock.advance(30_000);
  expect(await tickets.redeem(late.ticket)).toBeNull();

  const orphan = await tickets.issue(actor);
  await hub.sessions.revoke(actor.userId, sessionId);
  expect(await tickets.redeem(orphan.ticket)).toBeNull();
  expect(await tickets.redeem("")).toBeNull();
  await tickets.prune();
});
