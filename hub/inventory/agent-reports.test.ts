import type { Hello } from "@yardarm/protocol/agent-up/hello";
import type { InventorySnapshot } from "@yardarm/protocol/agent-up/inventory-snapshot";
import type { HostPolicy } from "@yardarm/protocol/host";
import { asId, type HostId } from "@yardarm/protocol/ids";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { expect, test } from "vitest";
import { openHubCore } from "../../testkit/hub-core.ts";
import { AgentReports } from "./agent-reports.ts";
import { Fleet } from "./fleet.ts";

const policy: HostPolicy = {
  ...{ mode: "enforced", reason: null, allowedVerbs: ["START"], protectedOverride: false },
  ...{ logs: true, readThrough: false, environment: false, deniedActions: 1, deniedReads: 2, redactionRules: 3 },
};

/** A host whose agent reports; `assigned` names the containers of each assignment. */
const openReports = async (core: Awaited<ReturnType<typeof openHubCore>>) => {
  const { orgId } = await core.claim();
  const [project] = await core.storage.org(orgId).projects.list();
  const hostId = asId<HostId>("hst_0123456789abcdefghij");
  const { hosts } = core.storage.org(orgId);
  await hosts.create({
    hostId,
    projectId: (project as NonNullable<typeof project>).projectId,
    name: "shed",
    createdAtMs: 1,
  });
  await hosts.setAgentKey(hostId, { agentPublicKey: "k".repeat(43), nowNs: "1" });
  const fleet = new Fleet();
  const assigned: (readonly string[])[] = [];
  const reports = new AgentReports({
    storage: core.storage,
    fleet,
    publish: (change) => fleet.apply(change),
    assignLogs: (_agent, containers) => void assigned.push(containers.map(({ name }) => name)),
    forget: () => {},
    nowNs: () => core.clock.nowNs(),
    report: (error) => {
      throw error;
    },
  });
  await reports.load();
  return { reports, fleet, hosts, assigned, agent: { orgId, hostId, send: () => {} } };
};

const hello: Hello = {
  ...{ type: "hello", protocol: { min: 1, max: 1 }, agentVersion: "0.1.0", sessionNonce: "n".repeat(43) },
  machine: { hostname: "h", os: "o", kernel: "k", arch: "a", cpus: 1, memoryBytes: 1 },
  engine: { state: "unreachable", code: "engine_unreachable", message: "none" },
  ...{ metricsBackend: null, clockNs: "1", policy, witness: null },
};

test("[POL-5] what an agent says of its host's policy is shown, and outlives a change of the host's name", async () => {
  await using core = await openHubCore();
  const { reports, fleet, hosts, agent } = await openReports(core);
  const { orgId, hostId } = agent;
  expect(fleet.host(orgId, hostId)?.policy).toBeUndefined();

  reports.connected(agent, hello);
  expect(fleet.host(orgId, hostId)?.policy).toEqual(policy);

  await hosts.rename(hostId, "barn");
  await reports.refresh(orgId, hostId);
  expect(fleet.host(orgId, hostId)).toMatchObject({ name: "barn", policy });
});

test("[LOG-23] containers that went while nobody looked are assigned again, unless they never ran or nobody may read them", async () => {
  await using core = await openHubCore();
  const { reports, assigned, agent } = await openReports(core);
  const snapshot = (revision: number, containers: InventorySnapshot["containers"]): InventorySnapshot => {
    return { type: "inventory.snapshot", revision, page: 0, last: true, containers };
  };
  reports.connected(agent, hello);
  const created = reportedContainer(3, { state: "created" });
  reports.snapshot(agent, snapshot(1, [reportedContainer(1), reportedContainer(2), created, reportedContainer(4)]));
  const off = { kind: "off", reason: "The label yardarm.logs=off excludes this container." } as const;
  reports.logStatus(agent, { type: "log.status", containers: [{ dockerId: dockerIdOf(4), source: off }] });
  reports.connected(agent, hello);
  reports.snapshot(agent, snapshot(1, [reportedContainer(1)]));
  expect(assigned.map((names) => names.toSorted())).toEqual([
    [1, 2, 3, 4].map((n) => reportedContainer(n).name),
    [1, 2].map((n) => reportedContainer(n).name),
  ]);
  await reports.flush();
});
