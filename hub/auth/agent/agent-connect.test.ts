import { randomBytes } from "node:crypto";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { parseJoinToken } from "@yardarm/protocol/join-token";
import { AgentKey } from "@yardarm/testkit/agent-key";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentConnect } from "./agent-connect.ts";

let hub: HubCore;
let agent: AgentKey;
let hostId: HostId;
let orgId: OrgId;

beforeEach(async () => {
  hub = await openHubCore();
  ({ orgId } = await hub.claim());
  ({ agent, hostId } = await enroll());
});
afterEach(() => hub[Symbol.asyncDispose]());

const enroll = async () => {
  const actor = { type: "user", id: null, name: "" } as const;
  const issued = await hub.enrollment.createHost({ orgId, actor, address: null }, { name: "web-1", projectId: null });
  const token = parseJoinToken(issued.joinToken);
  if (token === null) throw new Error("no join token");
  const fresh = new AgentKey();
  await hub.enrollment.enroll(fresh.enrollRequest(token), "192.0.2.7");
  return { agent: fresh, hostId: issued.hostId };
};

const claims = (change: Record<string, unknown> = {}) => ({
  aud: hub.keys.hubId,
  sub: hostId,
  nonce: hub.agentConnect.issueNonce(),
  ...change,
});
const verify = (token: string, host: string = hostId) => hub.agentConnect.verify(token, host);
const refused = (token: string, code: string, host: string = hostId) =>
  expect(verify(token, host)).rejects.toMatchObject({ name: "ProtocolError", code });

test("[HOST-02] the holder of the host's key gets in, each time under a higher epoch", async () => {
  const enrolledAtNs = hub.clock.nowNs().toString();
  const first = { hostId, orgId, epoch: 1, enrolledAtNs, agentPublicKey: agent.publicKey, isKeyNew: false };
  expect(await verify(agent.connectToken(claims()))).toEqual(first);
  expect(await verify(agent.connectToken(claims()))).toEqual({ ...first, epoch: 2 });
});

test("[SEC-T16] a nonce is good for one connection, also when two come at once", async () => {
  const token = agent.connectToken(claims());
  const answers = await Promise.allSettled([verify(token), verify(token), verify(token)]);
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await refused(token, "nonce_invalid");
  await hub.agentConnect.prune();
  await refused(token, "nonce_invalid");
});

test("a nonce that is too old, or from the future, is refused", async () => {
  const token = agent.connectToken(claims());
  hub.clock.advance(60_000);
  await refused(token, "nonce_invalid");
  const early = agent.connectToken(claims());
  hub.clock.step(-10_000);
  await refused(early, "nonce_invalid");
  hub.clock.step(10_000);
  expect(await verify(early)).toMatchObject({ hostId });
});

test("a nonce that this hub did not give is refused", async () => {
  const nonce = hub.agentConnect.issueNonce();
  const flipped = `${nonce.slice(0, 10)}${nonce[10] === "A" ? "B" : "A"}${nonce.slice(11)}`;
  await refused(agent.connectToken(claims({ nonce: flipped })), "nonce_invalid");
  await refused(agent.connectToken(claims({ nonce: randomBytes(38).toString("base64url") })), "nonce_invalid");
  await refused(agent.connectToken(claims({ nonce: `${nonce}A` })), "nonce_invalid");
  const stranger = new AgentConnect({
    storage: hub.storage,
    audit: hub.audit,
    hubId: hub.keys.hubId,
    nonceKey: randomBytes(32).toString("base64url"),
    nowMs: () => hub.clock.nowMs(),
    random: randomBytes,
  });
  await refused(agent.connectToken(claims({ nonce: stranger.issueNonce() })), "nonce_invalid");
});

test("another node of the same hub accepts the nonce", async () => {
  const instance = await hub.storage.system.instance.find();
  const node = new AgentConnect({
    storage: hub.storage,
    audit: hub.audit,
    hubId: hub.keys.hubId,
    nonceKey: instance?.nonceKey ?? "",
    nowMs: () => hub.clock.nowMs(),
    random: randomBytes,
  });
  expect(await verify(agent.connectToken(claims({ nonce: node.issueNonce() })))).toMatchObject({ hostId });
});

test("only the one header is accepted: no `alg: none`, no other algorithm, no extra field", async () => {
  for (const header of [
    '{"alg":"none","typ":"JWT"}',
    '{"alg":"HS256","typ":"JWT"}',
    '{"typ":"JWT","alg":"EdDSA"}',
    '{"alg":"EdDSA","typ":"JWT","kid":"x"}',
    "{}",
  ]) {
    await refused(agent.connectToken(claims(), header), "token_invalid");
  }
  const unsigned = agent.connectToken(claims()).split(".").slice(0, 2).join(".");
  await refused(`${unsigned}.`, "signature_invalid");
  await refused(unsigned, "token_invalid");
});

test("a token for another hub or another host is refused", async () => {
  await refused(agent.connectToken(claims({ aud: "hub_aaaaaaaaaaaaaaaaaaaaaaaaaa" })), "token_invalid");
  const other = await enroll();
  await refused(agent.connectToken(claims()), "token_invalid", other.hostId);
  await refused(agent.connectToken(claims({ sub: other.hostId })), "signature_invalid", other.hostId);
  const nobody = "hst_aaaaaaaaaaaaaaaaaaaaaaaaaa";
  await refused(agent.connectToken(claims({ sub: nobody })), "signature_invalid", nobody);
});

test("a signature by another key, for another purpose or over other bytes is refused and spends nothing", async () => {
  const fair = claims();
  await refused(new AgentKey().connectToken(fair), "signature_invalid");
  const [header = "", payload = ""] = agent.connectToken(fair).split(".");
  await refused(`${header}.${payload}.${agent.sign("enroll", `${header}.${payload}`)}`, "signature_invalid");
  const moved = Buffer.from(JSON.stringify({ ...fair, extra: true })).toString("base64url");
  await refused(`${header}.${moved}.${agent.sign("connect", `${header}.${payload}`)}`, "signature_invalid");
  expect(await verify(agent.connectToken(fair))).toMatchObject({ epoch: 1 });
});

test("what is no token at all is refused", async () => {
  for (const token of [
    "",
    ".",
    "..",
    "...",
    "a.b.c",
    "x".repeat(5_000),
    agent.connectToken({}),
    agent.connectToken(claims({ nonce: 5 })),
  ]) {
    await refused(token, "token_invalid");
  }
});

test("[HOST-06] a removed host's agent is told so, a replaced key is worth nothing", async () => {
  const issued = await hub.enrollment.issueJoinToken(
    { orgId, actor: { type: "user", id: null, name: "" }, address: null },
    hostId,
  );
  const token = parseJoinToken(issued.joinToken);
  if (token === null) throw new Error("no join token");
  const successor = new AgentKey();
  await hub.enrollment.enroll(successor.enrollRequest(token), "192.0.2.7");
  await refused(agent.connectToken(claims()), "signature_invalid");
  expect(await verify(successor.connectToken(claims()))).toMatchObject({ agentPublicKey: successor.publicKey });
  await hub.storage.org(orgId).hosts.remove(hostId, hub.clock.nowMs());
  await refused(successor.connectToken(claims()), "host_revoked");
  await refused(agent.connectToken(claims()), "signature_invalid");
});
