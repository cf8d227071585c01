import type { OrgId } from "@yardarm/protocol/ids";
import { parseJoinToken } from "@yardarm/protocol/join-token";
import { AgentKey } from "@yardarm/testkit/agent-key";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { createDatabase, type TestDatabase } from "@yardarm/testkit/postgres-database";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import "@yardarm/testkit/provided";
import { openPostgresStorage } from "../storage/postgres/open-postgres.ts";
import { newId } from "./crypto/new-id.ts";

/** What several connections at once may not break: only PostgreSQL has them. */

let database: TestDatabase;
let hub: HubCore;
let orgId: OrgId;
const actor = { type: "user", id: null, name: "" } as const;

beforeAll(async () => {
  database = await createDatabase(inject("postgres"));
  hub = await openHubCore(await openPostgresStorage({ url: database.url }));
  ({ orgId } = await hub.claim());
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await database.drop();
});

const fulfilled = (answers: readonly PromiseSettledResult<unknown>[]): number =>
  answers.filter(({ status }) => status === "fulfilled").length;

const createHost = async () => {
  const issued = await hub.enrollment.createHost({ orgId, actor, address: null }, { name: "web", projectId: null });
  const token = parseJoinToken(issued.joinToken);
  if (token === null) throw new Error("no join token");
  return { token, hostId: issued.hostId };
};

test("[AUDT-05] rows appended at once, also the very first ones, make one chain", async () => {
  const fresh = newId<OrgId>("org");
  await hub.storage.system.orgs.create({ orgId: fresh, name: "Fresh", createdAtMs: 1 });
  const entry = { kind: "host.renamed", actor, target: null, address: null, reason: null, outcome: "success" } as const;
  const rows = await Promise.all(Array.from({ length: 20 }, () => hub.audit.append(fresh, entry)));
  expect(new Set(rows.map(({ seq }) => seq)).size).toBe(20);
  expect(await hub.audit.verify(fresh)).toMatchObject({ ok: true, rows: 20 });
});

test("[HOST-02] a join token serves one of many agents that ask at once, and that one as often as it asks", async () => {
  const { token, hostId } = await createHost();
  const requests = Array.from({ length: 6 }, () => new AgentKey().enrollRequest(token));
  const answers = await Promise.allSettled(requests.map((request) => hub.enrollment.enroll(request, "192.0.2.7")));
  expect(fulfilled(answers)).toBe(1);
  const winner = requests[answers.findIndex(({ status }) => status === "fulfilled")];
  if (winner === undefined) return;
  const again = await Promise.all([1, 2, 3].map(() => hub.enrollment.enroll(winner, "192.0.2.7")));
  expect(new Set(again.map(({ response }) => response.payload)).size).toBe(1);
  expect(again[0]?.hostId).toBe(hostId);
});

test("[HOST-02] a connect token opens one connection, on whichever node it arrives first", async () => {
  const { token, hostId } = await createHost();
  const agent = new AgentKey();
  await hub.enrollment.enroll(agent.enrollRequest(token), "192.0.2.7");
  const claims = { aud: hub.keys.hubId, sub: hostId, nonce: hub.agentConnect.issueNonce() };
  const connect = agent.connectToken(claims);
  const answers = await Promise.allSettled(Array.from({ length: 6 }, () => hub.agentConnect.verify(connect, hostId)));
  expect(fulfilled(answers)).toBe(1);
});

test("[IDTY-01] a second claim at the same moment fails whole", async () => {
  await using other = await createDatabase(inject("postgres"));
  await using fresh = await openHubCore(await openPostgresStorage({ url: other.url }));
  const admins = ["a@example.com", "b@example.com", "c@example.com"];
  const answers = await Promise.allSettled(
    admins.map((email) => fresh.firstRun.claimFor({ email, password: "correct horse battery" })),
  );
  // One that came late enough finds the hub claimed, which is no error; it has claimed nothing either.
  const claims = answers.filter((answer) => answer.status === "fulfilled" && answer.value !== null);
  expect(claims).toHaveLength(1);
  expect(await fresh.storage.system.orgs.list()).toHaveLength(1);
});
