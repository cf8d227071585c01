import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { parseJoinToken } from "@yardarm/protocol/join-token";
import { AgentKey } from "@yardarm/testkit/agent-key";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Requester } from "../authority/requester.ts";
import { keyFingerprintOf } from "./agent-keys.ts";

const ADDRESS = "192.0.2.7";
const SESSION = "s".repeat(43);

let hub: HubCore;
let orgId: OrgId;
let hostId: HostId;
let requester: Requester;

beforeEach(async () => {
  hub = await openHubCore();
  const claimed = await hub.claim();
  orgId = claimed.orgId;
  const actor = await hub.sessions.authenticate(claimed.session.token);
  if (actor === null) throw new Error("The owner is not signed in.");
  requester = { actor, address: "192.0.2.1" };
  const asked = { orgId, actor: { type: "user", id: null, name: "" }, address: null } as const;
  ({ hostId } = await hub.enrollment.createHost(asked, { name: "web-1", projectId: null }));
});
afterEach(() => hub[Symbol.asyncDispose]());

/** An agent joins the host with a new token. */
const join = async (key = new AgentKey()) => {
  const asked = { orgId, actor: { type: "user", id: null, name: "" }, address: null } as const;
  const token = parseJoinToken((await hub.enrollment.issueJoinToken(asked, hostId)).joinToken);
  if (token === null) throw new Error("no join token");
  const request = key.enrollRequest(token);
  return { key, request, outcome: await hub.enrollment.enroll(request, ADDRESS) };
};
const connect = (key: AgentKey) => {
  const claims = { aud: hub.keys.hubId, sub: hostId, nonce: hub.agentConnect.issueNonce() };
  return hub.agentConnect.verify(key.connectToken(claims), hostId);
};
const judge = (key: AgentKey, isApproved: boolean) =>
  hub.agentKeys.judge(requester, hostId, { keyFingerprint: keyFingerprintOf(key.publicKey), isApproved });
const kinds = async (): Promise<readonly string[]> =>
  (await hub.audit.list(orgId, { before: null, limit: 20 }))
    .map(({ kind }) => kind)
    .filter((kind) => kind !== "host.join_token");

describe("approval", () => {
  beforeEach(() => hub.orgs.change(requester, { approvesHosts: true }));

  test("[HOST-02] an agent that joins is connected to nothing until a person has compared its key", async () => {
    const { key, request, outcome } = await join();
    await expect(connect(key)).rejects.toMatchObject({ code: "approval_pending" });
    // A lost answer is given again, and waits as well.
    expect((await hub.enrollment.enroll(request, ADDRESS)).response).toEqual(outcome.response);
    expect(await hub.storage.org(orgId).hosts.find(hostId)).toMatchObject({
      agentPublicKey: null,
      nextKey: { kind: "approval", claim: { hostname: "web-1", address: ADDRESS } },
    });
    expect(await judge(key, true)).toEqual({ replaced: false });
    expect(await connect(key)).toMatchObject({ epoch: 1, isKeyNew: false });
    expect((await kinds()).slice(0, 2)).toEqual(["host.approved", "host.waiting"]);
  });

  test("[HOST-02] whoever was refused is told so, and a new token begins again", async () => {
    const { key } = await join();
    await judge(key, false);
    await expect(connect(key)).rejects.toMatchObject({ code: "forbidden" });
    await expect(judge(key, true)).rejects.toMatchObject({ code: "conflict" });
    const again = await join();
    await judge(again.key, true);
    expect(await connect(again.key)).toMatchObject({ epoch: 1 });
    await expect(connect(key)).rejects.toMatchObject({ code: "signature_invalid" });
    expect((await kinds()).slice(0, 4)).toEqual(["host.approved", "host.waiting", "host.refused", "host.waiting"]);
  });

  test("[HOST-02] a person approves the key that they saw, not one that came meanwhile", async () => {
    const seen = await join();
    const later = await join();
    await expect(judge(seen.key, true)).rejects.toMatchObject({ code: "conflict" });
    await expect(connect(later.key)).rejects.toMatchObject({ code: "approval_pending" });
    await expect(connect(seen.key)).rejects.toMatchObject({ code: "signature_invalid" });
  });

  test("[HOST-06] the agent of before works on while its successor waits, and is cut when that is approved", async () => {
    const first = await join();
    await judge(first.key, true);
    const second = await join();
    expect(second.outcome.replaced).toBe(false);
    expect(await connect(first.key)).toMatchObject({ epoch: 1 });
    expect(await judge(second.key, true)).toEqual({ replaced: true });
    await expect(connect(first.key)).rejects.toMatchObject({ code: "signature_invalid" });
    expect(await connect(second.key)).toMatchObject({ epoch: 2 });
  });

  test("what nobody asked for cannot be judged", async () => {
    await expect(judge(new AgentKey(), true)).rejects.toMatchObject({ code: "conflict" });
    await hub.storage.org(orgId).hosts.remove(hostId, hub.clock.nowMs());
    await expect(judge(new AgentKey(), true)).rejects.toMatchObject({ code: "not_found" });
  });
});

test("[HOST-06] without approval a second agent with a new token replaces the first at once", async () => {
  const first = await join();
  expect(first.outcome.replaced).toBe(false);
  const second = await join();
  expect(second.outcome.replaced).toBe(true);
  await expect(connect(first.key)).rejects.toMatchObject({ code: "signature_invalid" });
});

describe("rotation", () => {
  const announcement = (
    present: AgentKey,
    next: AgentKey,
    change: Readonly<Record<string, unknown>> = {},
    by: AgentKey = next,
  ) => {
    const ids = { hubId: hub.keys.hubId, hostId, sessionNonce: SESSION };
    const payload = JSON.stringify({ ...ids, agentPublicKey: next.publicKey, ...change });
    const signature = present.sign("next-key", payload);
    return { type: "key.announce" as const, payload, signature, nextSignature: by.sign("next-key", payload) };
  };
  const announce = (message: ReturnType<typeof announcement>) =>
    hub.agentKeys.announced({ orgId, hostId, sessionNonce: SESSION }, message);

  test("[SEC-T18] [HOST-06] both keys are good until the new one has been used; then only that one is", async () => {
    const { key } = await join();
    const next = new AgentKey();
    expect(await announce(announcement(key, next))).toBe(next.publicKey);
    // Killed here, the agent comes with either.
    expect(await connect(key)).toMatchObject({ epoch: 1, isKeyNew: false });
    expect(await connect(next)).toMatchObject({ epoch: 2, isKeyNew: true });
    // Killed here, before it wrote that down, it comes with the new one first.
    expect(await connect(next)).toMatchObject({ epoch: 3, isKeyNew: false });
    await expect(connect(key)).rejects.toMatchObject({ code: "signature_invalid" });
    expect((await kinds()).filter((kind) => kind === "host.key_rotated")).toHaveLength(1);
  });

  test("[HOST-06] two that come with the new key at once leave one row, and both get in", async () => {
    const { key } = await join();
    const next = new AgentKey();
    await announce(announcement(key, next));
    expect(
      (await Promise.all([connect(next), connect(next)])).map(({ epoch }) => epoch).toSorted((a, b) => a - b),
    ).toEqual([1, 2]);
    expect((await kinds()).filter((kind) => kind === "host.key_rotated")).toHaveLength(1);
  });

  test("[HOST-06] an announcement counts only from both keys, for this hub, host and session", async () => {
    const { key } = await join();
    const next = new AgentKey();
    const stranger = new AgentKey();
    for (const message of [
      announcement(stranger, next),
      announcement(key, next, {}, stranger),
      announcement(key, next, { hubId: "hub_aaaaaaaaaaaaaaaaaaaaaaaaaa" }),
      announcement(key, next, { hostId: "hst_aaaaaaaaaaaaaaaaaaaaaaaaaa" }),
      announcement(key, next, { sessionNonce: "t".repeat(43) }),
      { ...announcement(key, next), payload: "{}" },
      { ...announcement(key, next), payload: "not JSON" },
    ]) {
      await expect(announce(message)).rejects.toMatchObject({ code: "signature_invalid" });
    }
    await expect(connect(next)).rejects.toMatchObject({ code: "signature_invalid" });
  });

  test("[HOST-06] while another agent waits for approval no key is replaced, and later it is", async () => {
    const { key } = await join();
    await hub.orgs.change(requester, { approvesHosts: true });
    const waiting = await join();
    const next = new AgentKey();
    expect(await announce(announcement(key, next))).toBeNull();
    await judge(waiting.key, false);
    expect(await announce(announcement(key, next))).toBe(next.publicKey);
    expect(await connect(next)).toMatchObject({ isKeyNew: true });
  });

  test("[HOST-06] the order is for one connection, and who gave it is written down", async () => {
    const order = hub.agentKeys.order({ orgId, hostId, sessionNonce: SESSION });
    expect(hub.keys.isSigned("rotate-key", order)).toBe(true);
    expect(JSON.parse(order.payload)).toEqual({ hubId: hub.keys.hubId, hostId, sessionNonce: SESSION });
    await hub.agentKeys.recordRotation(requester, hostId);
    expect((await kinds())[0]).toBe("host.key_rotation");
  });
});
