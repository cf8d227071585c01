import { enrolledSchema } from "@yardarm/protocol/api/hosts";
import { asId, type ProjectId } from "@yardarm/protocol/ids";
import { type JoinToken, parseJoinToken } from "@yardarm/protocol/join-token";
import { AgentKey } from "@yardarm/testkit/agent-key";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyFor } from "../crypto/ed25519.ts";
import type { EnrollmentRequester } from "./enrollment.ts";

let hub: HubCore;
let requester: EnrollmentRequester;

beforeEach(async () => {
  hub = await openHubCore();
  const { orgId, userId } = await hub.claim();
  requester = { orgId, actor: { type: "user", id: userId, name: "owner" }, address: "192.0.2.1" };
});
afterEach(() => hub[Symbol.asyncDispose]());

const parse = (text: string): JoinToken => {
  const token = parseJoinToken(text);
  if (token === null) throw new Error("no join token");
  return token;
};

const createHost = async () => {
  const issued = await hub.enrollment.createHost(requester, { name: "web-1", projectId: null });
  return { ...issued, token: parse(issued.joinToken) };
};

const ADDRESS = "192.0.2.7";

test("[HOST-02] an agent enrolls with its token and its own key, and gets a signed answer", async () => {
  const { hostId, token, expiresAtMs } = await createHost();
  expect(expiresAtMs - hub.clock.nowMs()).toBe(15 * 60_000);
  const agent = new AgentKey();
  const { response, orgId } = await hub.enrollment.enroll(agent.enrollRequest(token), ADDRESS);
  const publicKey = (JSON.parse(response.keySet) as { keys: { publicKey: string }[] }).keys[0]?.publicKey ?? "";
  expect(verifyFor("enrolled", response.payload, { publicKey, signature: response.signature })).toBe(true);
  expect(enrolledSchema.parse(JSON.parse(response.payload))).toEqual({
    hubId: hub.keys.hubId,
    orgId,
    hostId,
    agentPublicKey: agent.publicKey,
    enrolledAtNs: hub.clock.nowNs().toString(),
  });
  expect(await hub.storage.org(orgId).hosts.find(hostId)).toMatchObject({ agentPublicKey: agent.publicKey });
});

test("[HOST-01] nothing in the database gives the seed away", async () => {
  const { token } = await createHost();
  expect(JSON.stringify(await hub.storage.system.joinTokens.find(asId(token.tokenId)))).not.toContain(token.seed);
});

test("the same key asking again gets the same answer, even after the token's time", async () => {
  const { token } = await createHost();
  const request = new AgentKey().enrollRequest(token);
  const first = await hub.enrollment.enroll(request, ADDRESS);
  hub.clock.advance(3_600_000);
  expect(await hub.enrollment.enroll(request, ADDRESS)).toEqual(first);
});

test("[HOST-02] a token serves one key: of many that ask at once, one is enrolled", async () => {
  const { token, hostId } = await createHost();
  const agents = Array.from({ length: 5 }, () => new AgentKey());
  const answers = await Promise.allSettled(
    agents.map((agent) => hub.enrollment.enroll(agent.enrollRequest(token), ADDRESS)),
  );
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const answer of answers)
    if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "token_used" });
  const winner = agents[answers.findIndex(({ status }) => status === "fulfilled")];
  expect(await hub.storage.org(requester.orgId).hosts.find(hostId)).toMatchObject({
    agentPublicKey: winner?.publicKey,
  });
});

test("an expired token is refused, and a new one works in its place", async () => {
  const { token, hostId } = await createHost();
  hub.clock.advance(15 * 60_000);
  const agent = new AgentKey();
  await expect(hub.enrollment.enroll(agent.enrollRequest(token), ADDRESS)).rejects.toMatchObject({
    code: "token_expired",
  });
  const again = parse((await hub.enrollment.issueJoinToken(requester, hostId)).joinToken);
  await expect(hub.enrollment.enroll(agent.enrollRequest(token), ADDRESS)).rejects.toMatchObject({
    code: "token_invalid",
  });
  expect((await hub.enrollment.enroll(agent.enrollRequest(again), ADDRESS)).hostId).toBe(hostId);
});

test("a request that the seed or the key did not sign is refused and spends nothing", async () => {
  const { token } = await createHost();
  const agent = new AgentKey();
  const good = agent.enrollRequest(token);
  const forgedSeed = { ...good, seedSignature: agent.sign("join-token", good.payload) };
  await expect(hub.enrollment.enroll(forgedSeed, ADDRESS)).rejects.toMatchObject({ code: "token_invalid" });
  const wrongPurpose = { ...good, agentSignature: agent.sign("connect", good.payload) };
  await expect(hub.enrollment.enroll(wrongPurpose, ADDRESS)).rejects.toMatchObject({ code: "signature_invalid" });
  const stolen = agent.enrollRequest(token, { agentPublicKey: new AgentKey().publicKey });
  await expect(hub.enrollment.enroll(stolen, ADDRESS)).rejects.toMatchObject({ code: "signature_invalid" });
  const changed = { ...good, payload: `${good.payload} ` };
  await expect(hub.enrollment.enroll(changed, ADDRESS)).rejects.toMatchObject({ code: "token_invalid" });
  await hub.enrollment.enroll(good, ADDRESS);
});

test("a token of another hub, an unknown one and a malformed request are refused", async () => {
  const { token } = await createHost();
  const agent = new AgentKey();
  const otherHub = agent.enrollRequest(token, { keySetFingerprint: "A".repeat(43) });
  await expect(hub.enrollment.enroll(otherHub, ADDRESS)).rejects.toMatchObject({ code: "key_mismatch" });
  const unknown = agent.enrollRequest({ ...token, tokenId: "jtk_aaaaaaaaaaaaaaaaaaaaaaaaaa" });
  await expect(hub.enrollment.enroll(unknown, ADDRESS)).rejects.toMatchObject({ code: "token_invalid" });
  for (const payload of ["", "null", "{}", "[]", '{"tokenId":1}']) {
    const malformed = { ...agent.enrollRequest(token), payload };
    await expect(hub.enrollment.enroll(malformed, ADDRESS)).rejects.toMatchObject({ code: "invalid_request" });
  }
});

test("a removed host takes no agent any more", async () => {
  const { token, hostId } = await createHost();
  const request = new AgentKey().enrollRequest(token);
  await hub.storage.org(requester.orgId).hosts.remove(hostId, hub.clock.nowMs());
  await expect(hub.enrollment.enroll(request, ADDRESS)).rejects.toMatchObject({ code: "host_revoked" });
  await expect(hub.enrollment.issueJoinToken(requester, hostId)).rejects.toMatchObject({ code: "not_found" });
});

test("a host is created in a project of the requester's org only", async () => {
  const elsewhere = asId<ProjectId>("prj_aaaaaaaaaaaaaaaaaaaaaaaaaa");
  await expect(hub.enrollment.createHost(requester, { name: "x", projectId: elsewhere })).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await hub.storage.org(requester.orgId).hosts.list()).toEqual([]);
});

test("[AUDT-01] creating and enrolling a host leaves rows, without secrets", async () => {
  const { token } = await createHost();
  await hub.enrollment.enroll(new AgentKey().enrollRequest(token), ADDRESS);
  const rows = await hub.audit.list(requester.orgId, { before: null, limit: 10 });
  expect(rows.map(({ kind, address }) => [kind, address])).toEqual([
    ["host.enrolled", ADDRESS],
    ["host.created", "192.0.2.1"],
    ["instance.claimed", null],
  ]);
  expect(JSON.stringify(rows)).not.toContain(token.seed);
});
