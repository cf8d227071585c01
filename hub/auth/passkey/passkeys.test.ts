import type { OrgId, PasskeyId, UserId } from "@yardarm/protocol/ids";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { type Dishonesty, SoftPasskey } from "@yardarm/testkit/soft-passkey";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Requester } from "../authority/requester.ts";
import { newId } from "../crypto/new-id.ts";
import { relyingPartyOf } from "./relying-party.ts";

const client = { address: "192.0.2.1", userAgent: "test" };
const PARTY = { id: "localhost", origin: "http://localhost:8080" };
const REFUSED = { code: "unauthenticated" };
let hub: HubCore;
let orgId: OrgId;
let owner: Requester;

const as = async (userId: UserId): Promise<Requester> => {
  const { token } = await hub.sessions.create({ userId, orgId }, client);
  const actor = await hub.sessions.authenticate(token);
  if (actor === null) throw new Error("no member");
  return { actor, address: client.address };
};

beforeEach(async () => {
  hub = await openHubCore();
  const claimed = await hub.claim();
  ({ orgId } = claimed);
  owner = await as(claimed.userId);
});
afterEach(() => hub[Symbol.asyncDispose]());

const add = async (by: Requester, key: SoftPasskey, lie: Dishonesty = {}) => {
  const options = await hub.passkeys.beginAdding(by);
  return hub.passkeys.add(by, { name: "key", credential: key.create(options, lie) });
};
const signIn = async (key: SoftPasskey, userId: UserId, lie: Dishonesty = {}) =>
  hub.passkeys.signIn({ credential: key.get(await hub.passkeys.beginSignIn(client), userId, lie) }, client);
const kinds = async () => (await hub.audit.list(orgId, { before: null, limit: 50 })).map(({ kind }) => kind);

test("[IDTY-02] a passkey signs in alone, also where one-time codes are on; rename and remove", async () => {
  const key = new SoftPasskey(PARTY);
  const { passkeyId } = await add(owner, key);
  const { token } = await signIn(key, owner.actor.userId);
  expect(await hub.sessions.authenticate(token)).toMatchObject({ orgId, userId: owner.actor.userId });
  await hub.passkeys.rename(owner, passkeyId, "blue key");
  expect(await hub.passkeys.list(owner.actor.userId)).toMatchObject([{ passkeyId, name: "blue key" }]);
  await hub.passkeys.remove(owner, passkeyId);
  await expect(signIn(key, owner.actor.userId)).rejects.toMatchObject(REFUSED);
  expect(await kinds()).toEqual([
    ...["passkey.removed", "passkey.renamed", "session.signed_in", "passkey.added"],
    "instance.claimed",
  ]);
  await hub.passkeys.prune();
});

describe("[SEC] a passkey is not accepted", () => {
  const lies: readonly (readonly [string, Dishonesty])[] = [
    ["from another site", { origin: "https://evil.example" }],
    ["for another relying party", { rpId: "evil.example" }],
    ["without the person's finger, face or PIN", { isUnverified: true }],
    ["with an answer to a challenge that nobody made", { challenge: "A".repeat(43) }],
  ];
  for (const [name, lie] of lies) {
    test(name, async () => {
      const key = new SoftPasskey(PARTY);
      await expect(add(owner, key, lie)).rejects.toMatchObject(REFUSED);
      expect(await hub.passkeys.list(owner.actor.userId)).toEqual([]);
      await add(owner, key);
      await expect(signIn(key, owner.actor.userId, lie)).rejects.toMatchObject(REFUSED);
    });
  }

  test("with an answer that was given before, or too late", async () => {
    const key = new SoftPasskey(PARTY);
    await add(owner, key);
    const { userId } = owner.actor;
    const credential = key.get(await hub.passkeys.beginSignIn(client), userId);
    await hub.passkeys.signIn({ credential }, client);
    await expect(hub.passkeys.signIn({ credential }, client)).rejects.toMatchObject(REFUSED);
    const options = await hub.passkeys.beginSignIn(client);
    hub.clock.advance(5 * 60_000);
    const late = hub.passkeys.signIn({ credential: key.get(options, userId) }, client);
    await expect(late).rejects.toMatchObject(REFUSED);
  });

  test("with a counter that goes back, which a copied key has", async () => {
    const key = new SoftPasskey(PARTY);
    await add(owner, key);
    await signIn(key, owner.actor.userId, { counter: 7 });
    await expect(signIn(key, owner.actor.userId, { counter: 3 })).rejects.toMatchObject(REFUSED);
  });

  test("when its signature is of another key, or it says that it is somebody else's", async () => {
    const [mine, other] = [new SoftPasskey(PARTY), new SoftPasskey(PARTY)];
    await add(owner, mine);
    const options = await hub.passkeys.beginSignIn(client);
    const forged = { ...other.get(options, owner.actor.userId), id: mine.id, rawId: mine.id };
    await expect(hub.passkeys.signIn({ credential: forged }, client)).rejects.toMatchObject(REFUSED);
    const lie = { userHandle: newId<UserId>("usr") };
    await expect(signIn(mine, owner.actor.userId, lie)).rejects.toMatchObject(REFUSED);
    const unnamed = mine.get(await hub.passkeys.beginSignIn(client), owner.actor.userId);
    const { userHandle: _handle, ...response } = unnamed.response;
    const nameless = hub.passkeys.signIn({ credential: { ...unnamed, response } }, client);
    await expect(nameless).rejects.toMatchObject(REFUSED);
  });

  test("when it was made for somebody else, is theirs already, or brings certificates along", async () => {
    const userId = newId<UserId>("usr");
    const email = "guest@example.com";
    await hub.storage.system.users.create({ userId, email, name: "G", passwordHash: "", createdAtMs: 1 });
    await hub.storage.org(orgId).members.add({ userId, role: "viewer", projects: null, createdAtMs: 2 });
    const guest = await as(userId);
    const key = new SoftPasskey(PARTY);
    const options = await hub.passkeys.beginAdding(owner);
    const stolen = hub.passkeys.add(guest, { name: "key", credential: key.create(options) });
    await expect(stolen).rejects.toMatchObject(REFUSED);
    await add(owner, key);
    await expect(add(guest, key)).rejects.toMatchObject({ code: "conflict" });
    const [theirs] = await hub.passkeys.list(owner.actor.userId);
    const foreign = theirs?.passkeyId ?? newId<PasskeyId>("pky");
    await expect(hub.passkeys.remove(guest, foreign)).rejects.toMatchObject({ code: "not_found" });
    await expect(hub.passkeys.rename(guest, foreign, "x")).rejects.toMatchObject({ code: "not_found" });
    // { fmt: "packed", attStmt: { x5c: [] } }
    const attestation = Buffer.concat([
      Buffer.from([0x63]),
      Buffer.from("fmt"),
      Buffer.from([0x66]),
      Buffer.from("packed"),
      Buffer.from([0x67]),
      Buffer.from("attStmt"),
      Buffer.from([0xa1, 0x63]),
      Buffer.from("x5c"),
      Buffer.from([0x80]),
    ]);
    await expect(add(guest, new SoftPasskey(PARTY), { attestation })).rejects.toMatchObject(REFUSED);
  });
});

test("[IDTY-02] passkeys are for https:// and a name, or localhost; elsewhere the hub says so", () => {
  const partyOf = (url: string | null) =>
    relyingPartyOf({ publicUrl: url === null ? null : new URL(url), port: () => 8080 });
  expect(partyOf(null)).toEqual(PARTY);
  expect(partyOf("https://hub.example")).toEqual({ id: "hub.example", origin: "https://hub.example" });
  expect(partyOf("http://localhost:9000")).toEqual({ id: "localhost", origin: "http://localhost:9000" });
  for (const url of ["http://hub.example", "https://192.0.2.7", "https://[2001:db8::1]"])
    expect(partyOf(url)).toBeNull();
});
