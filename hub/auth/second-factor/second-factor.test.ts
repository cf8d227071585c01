import { readFileSync } from "node:fs";
import path from "node:path";
import type { OrgId } from "@yardarm/protocol/ids";
import { type HubCore, OWNER, openHubCore, sessionOf } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Requester } from "../authority/requester.ts";
import { SecretBox } from "../crypto/secret-box.ts";
import { shownCode } from "./authenticator.contract.ts";
import { resetSecondFactors } from "./reset-second-factors.ts";

const client = { address: "192.0.2.1", userAgent: "test" };
const from = (address: string) => ({ ...client, address });
const STEP_MS = 30_000;
let hub: HubCore;
let orgId: OrgId;
let owner: Requester;

beforeEach(async () => {
  hub = await openHubCore();
  const claimed = await hub.claim();
  orgId = claimed.orgId;
  const actor = await hub.sessions.authenticate(claimed.session.token);
  if (actor === null) throw new Error("signed in");
  owner = { actor, address: client.address };
});
afterEach(() => hub[Symbol.asyncDispose]());

/** What an authenticator shows, `steps` away from now. */
const codeOf = (secret: string, steps = 0): string => shownCode(secret, hub.clock.nowMs() + steps * STEP_MS);

/** Codes are on; the step of this moment is spent by that, so the clock goes on. */
const turnOn = async () => {
  const { secret, uri } = await hub.secondFactor.begin(owner);
  const { recoveryCodes } = await hub.secondFactor.confirm(owner, codeOf(secret));
  hub.clock.advance(3 * STEP_MS);
  return { secret, uri, recoveryCodes };
};
const begin = async (): Promise<string> => {
  const admission = await hub.signIn.signIn(OWNER, client);
  if (admission.kind !== "second_factor") throw new Error("no second factor was asked for");
  return admission.token;
};
const kinds = async () => (await hub.audit.list(orgId, { before: null, limit: 50 })).map(({ kind }) => kind);

test("[IDTY-02] with one-time codes on, the password alone is no session: the code makes it one", async () => {
  const { secret, uri } = await turnOn();
  expect(uri).toContain(`secret=${secret}`);
  const token = await begin();
  expect(await hub.sessions.authenticate(token)).toBeNull();
  const session = await hub.door.finish({ token, code: codeOf(secret) }, client);
  expect(await hub.sessions.authenticate(session.token)).toMatchObject({ orgId, role: "owner" });
  const [row] = await hub.audit.list(orgId, { before: null, limit: 1 });
  expect(row).toMatchObject({ kind: "session.signed_in", details: { by: "password, one-time code" } });
});

test("[IDTY-02] [SEC] what was begun and never confirmed asks nothing of anybody", async () => {
  await hub.secondFactor.begin(owner);
  expect(sessionOf(await hub.signIn.signIn(OWNER, client)).token).toHaveLength(43);
  await expect(hub.secondFactor.confirm(owner, "000000")).rejects.toMatchObject({ code: "unauthenticated" });
  expect(await hub.secondFactor.isOn(owner.actor.userId)).toBe(false);
});

test("[SEC] a code counts once, none of an earlier step after it, and clocks may differ by one step", async () => {
  const { secret } = await turnOn();
  const used = codeOf(secret);
  await hub.door.finish({ token: await begin(), code: used }, client);
  const token = await begin();
  await expect(hub.door.finish({ token, code: used }, client)).rejects.toMatchObject({ code: "unauthenticated" });
  const before = hub.door.finish({ token, code: codeOf(secret, -1) }, client);
  await expect(before).rejects.toMatchObject({ code: "unauthenticated" });
  const tooEarly = hub.door.finish({ token, code: codeOf(secret, 2) }, client);
  await expect(tooEarly).rejects.toMatchObject({ code: "unauthenticated" });
  expect((await hub.door.finish({ token, code: codeOf(secret, 1) }, client)).token).toHaveLength(43);
});

test("[SEC] of several who bring the same code, or end the same sign-in, one gets in", async () => {
  const { secret } = await turnOn();
  const tokens = [await begin(), await begin(), await begin()];
  const code = codeOf(secret);
  const same = await Promise.allSettled(tokens.map((token) => hub.door.finish({ token, code }, client)));
  expect(same.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("[SEC] five wrong codes end the sign-in and block the account; it begins again with the password", async () => {
  const { secret } = await turnOn();
  const token = await begin();
  for (let count = 0; count < 5; count += 1) {
    const wrong = hub.door.finish({ token, code: "000000" }, from(`198.51.100.${count}`));
    await expect(wrong).rejects.toMatchObject({ code: "unauthenticated" });
  }
  const late = hub.door.finish({ token, code: codeOf(secret) }, from("198.51.100.9"));
  await expect(late).rejects.toMatchObject({ code: "token_invalid" });
  const again = hub.door.finish({ token: await begin(), code: codeOf(secret) }, from("198.51.100.9"));
  await expect(again).rejects.toMatchObject({ code: "rate_limited" });
  expect((await kinds()).filter((kind) => kind === "session.refused")).toHaveLength(5);
});

test("[SEC] a pending sign-in lives for five minutes, and not beyond a new password", async () => {
  const { secret } = await turnOn();
  const token = await begin();
  hub.clock.advance(5 * 60_000);
  const late = hub.door.finish({ token, code: codeOf(secret) }, client);
  await expect(late).rejects.toMatchObject({ code: "token_expired" });
  const other = await begin();
  const change = { currentPassword: OWNER.password, newPassword: "another horse, another battery" };
  await hub.accounts.changePassword(owner, { ...change, endOtherSessions: false });
  const stale = hub.door.finish({ token: other, code: codeOf(secret) }, client);
  await expect(stale).rejects.toMatchObject({ code: "token_invalid" });
  await hub.door.prune();
});

test("[IDTY-02] a recovery code works once, in any spelling; new ones end the old ones", async () => {
  const { recoveryCodes } = await turnOn();
  expect(new Set(recoveryCodes).size).toBe(10);
  const [first = "", second = ""] = recoveryCodes;
  const spelled = first.toUpperCase().replaceAll("-", " ");
  expect((await hub.door.finish({ token: await begin(), code: spelled }, client)).token).toHaveLength(43);
  const token = await begin();
  await expect(hub.door.finish({ token, code: first }, client)).rejects.toMatchObject({ code: "unauthenticated" });
  const renewed = await hub.secondFactor.renewRecoveryCodes(owner);
  await expect(hub.door.finish({ token, code: second }, client)).rejects.toMatchObject({ code: "unauthenticated" });
  expect((await hub.door.finish({ token, code: renewed.recoveryCodes[9] ?? "" }, client)).token).toHaveLength(43);
  expect(await hub.storage.system.secondFactors.countRecoveryCodes(owner.actor.userId)).toBe(9);
});

test("[IDTY-05] an invitation is spent with the last proof, not with the password", async () => {
  const { secret: totp } = await turnOn();
  const orgs = await hub.orgs.create(owner, "Elsewhere");
  const elsewhere = { ...owner, actor: { ...owner.actor, orgId: orgs.orgId } };
  const { secret } = await hub.invitations.create(elsewhere, {
    ...{ email: "guest@example.com", role: "viewer", projects: null },
  });
  // The guest's account has codes of its own.
  const guest = sessionOf(
    await hub.accounts.join({ invitationToken: secret, name: "G", password: OWNER.password }, client),
  );
  const actor = await hub.sessions.authenticate(guest.token);
  if (actor === null) throw new Error("joined");
  const requester = { actor, address: client.address };
  const begun = await hub.secondFactor.begin(requester);
  await hub.secondFactor.confirm(requester, codeOf(begun.secret));
  hub.clock.advance(3 * STEP_MS);
  const home = await hub.invitations.create(owner, { email: "guest@example.com", role: "operator", projects: null });
  const request = { invitationToken: home.secret, password: OWNER.password };
  const admission = await hub.accounts.join(request, client);
  if (admission.kind !== "second_factor") throw new Error("no second factor was asked for");
  expect(await hub.invitations.look(home.secret)).toMatchObject({ role: "operator" });
  const wrong = hub.door.finish({ token: admission.token, code: codeOf(totp) }, client);
  await expect(wrong).rejects.toMatchObject({ code: "unauthenticated" });
  const session = await hub.door.finish({ token: admission.token, code: codeOf(begun.secret) }, client);
  expect(await hub.sessions.authenticate(session.token)).toMatchObject({ orgId, role: "operator" });
  await expect(hub.invitations.look(home.secret)).rejects.toMatchObject({ code: "token_invalid" });
});

test("[SEC] adding and removing asks for the password or a code again, a few times", async () => {
  const { secret } = await turnOn();
  await expect(hub.proofs.demand(owner, {})).rejects.toMatchObject({ code: "unauthenticated" });
  await hub.proofs.demand(owner, { password: OWNER.password });
  await hub.proofs.demand(owner, { code: codeOf(secret) });
  const replayed = hub.proofs.demand(owner, { code: codeOf(secret) });
  await expect(replayed).rejects.toMatchObject({ code: "unauthenticated" });
  for (let count = 0; count < 4; count += 1) {
    await expect(hub.proofs.demand(owner, { password: "wrong" })).rejects.toMatchObject({ code: "unauthenticated" });
  }
  const blocked = hub.proofs.demand(owner, { password: OWNER.password });
  await expect(blocked).rejects.toMatchObject({ code: "rate_limited" });
});

test("[IDTY-02] an account without a password proves itself by having signed in just now", async () => {
  await hub.storage.system.users.setPasswordHash(owner.actor.userId, "");
  await hub.proofs.demand(owner, {});
  await expect(hub.proofs.demand(owner, { password: "" })).rejects.toMatchObject({ code: "unauthenticated" });
  hub.clock.advance(10 * 60_000);
  await expect(hub.proofs.demand(owner, {})).rejects.toMatchObject({ code: "unauthenticated" });
  await expect(hub.signIn.signIn({ email: OWNER.email, password: "x" }, client)).rejects.toMatchObject({
    code: "unauthenticated",
  });
});

test("[SEC] the operator's reset takes every second factor away, a password reset none", async () => {
  await turnOn();
  const { userId } = owner.actor;
  await hub.storage.system.users.setPasswordHash(userId, await hub.passwords.hash("set by a reset link"));
  expect(await hub.secondFactor.isOn(userId)).toBe(true);
  const found = await resetSecondFactors({ storage: hub.storage, audit: hub.audit }, OWNER.email);
  expect(found).toEqual({ totp: true, passkeys: 0 });
  expect(await hub.secondFactor.isOn(userId)).toBe(false);
  expect(await resetSecondFactors({ storage: hub.storage, audit: hub.audit }, "nobody@example.com")).toBeNull();
  expect((await kinds())[0]).toBe("second_factor.reset");
});

test("[SEC] the database has neither the authenticator's secret nor a recovery code in a form that is worth anything", async () => {
  const { secret, recoveryCodes } = await turnOn();
  const { userId } = owner.actor;
  const factor = await hub.storage.system.secondFactors.find(userId);
  expect(JSON.stringify(factor)).not.toContain(secret);
  const bytes = readFileSync(path.join(hub.directory, "yardarm.db")).toString("latin1");
  const wal = readFileSync(path.join(hub.directory, "yardarm.db-wal")).toString("latin1");
  for (const text of [secret, ...recoveryCodes]) expect(bytes + wal).not.toContain(text);
  const random = (size: number) => Buffer.alloc(size, 7);
  const other = new SecretBox({ file: path.join(hub.directory, "other-key"), random });
  other.seal("makes the key", userId);
  expect(() => other.unseal(factor?.sealedSecret ?? "", userId)).toThrow(/secrets key is missing or another one/);
  const right = new SecretBox({ file: path.join(hub.directory, "secrets-key"), random });
  expect(right.unseal(factor?.sealedSecret ?? "", userId)).toBe(secret);
  expect(() => right.unseal(factor?.sealedSecret ?? "", "usr_somebody_else")).toThrow();
  const missing = new SecretBox({ file: path.join(hub.directory, "no-key"), random });
  expect(() => missing.unseal(factor?.sealedSecret ?? "", userId)).toThrow(/secrets key is missing/);
});
