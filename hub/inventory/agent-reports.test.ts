import type { Hello } from "@yardarm/protocol/agent-up/hello";
import type { InventorySnapshot } from "@yardarm/protocol/agent-up/inventory-snapshot";
import type { HostPolicy } from "@yardarm/protocol/host";
import { asId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { expect, test } from "vitest";
import { openHubCore } from "../../testkit/hub-core.ts";
import { AgentReports } from "./agent-reports.ts";
import { containerIdOf } from "./container-id.ts";
import { Fleet } from "./fleet.ts";
import { REMOVED_KEPT, REMOVED_SHOWN } from "./removed-containers.ts";

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
  return { ...(await startReports(core)), hosts, agent: { orgId, hostId, send: () => {} } };
};

/** The hub as it is after a start: what it knows comes from its storage. */
const startReports = async (core: Awaited<ReturnType<typeof openHubCore>>) => {
  const fleet = new Fleet({ protect: () => ({ scope: "none", reason: null }) });
  const assigned: (readonly string[])[] = [];
  const [hidden, forgotten, overflowed]: [ContainerId[], ContainerId[], HostId[]] = [[], [], []];
  const reports = new AgentReports({
    storage: core.storage,
    fleet,
    publish: (change) => fleet.apply(change),
    assignLogs: (_agent, containers) => void assigned.push(containers.map(({ name }) => name)),
    hidden: (_agent, containerIds) => void hidden.push(...containerIds),
    forgotten: (_hostId, containerIds) => void forgotten.push(...containerIds),
    overflowed: ({ hostId }) => void overflowed.push(hostId),
    nowNs: () => core.clock.nowNs(),
    report: (error) => {
      throw error;
    },
  });
  await reports.load();
  return { reports, fleet, assigned, hidden, forgotten, overflowed };
};

const snapshot = (revision: number, containers: InventorySnapshot["containers"]): InventorySnapshot => {
  return { type: "inventory.snapshot", revision, page: 0, last: true, containers };
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

test("an agent that comes back with nothing new changes nothing for those who look at the fleet", async () => {
  await using core = await openHubCore();
  const { reports, fleet, agent } = await openReports(core);
  reports.connected(agent, hello);
  reports.snapshot(agent, snapshot(1, [reportedContainer(1), reportedContainer(2)]));
  const changed: string[] = [];
  fleet.subscribe(agent.orgId, ({ containers }) => changed.push(...containers.map(({ name }) => name)));
  reports.connected(agent, hello);
  reports.snapshot(agent, snapshot(1, [reportedContainer(1), reportedContainer(2, { name: "renamed" })]));
  expect(changed).toEqual(["renamed"]);
  await reports.flush();
});

test("[LOG-23] containers that went while nobody looked are assigned again, unless they never ran or nobody may read them", async () => {
  await using core = await openHubCore();
  const { reports, assigned, agent } = await openReports(core);
  reports.connected(agent, hello);
  const created = reportedContainer(3, { state: "created" });
  reports.snapshot(agent, snapshot(1, [reportedContainer(1), reportedContainer(2), created, reportedContainer(4)]));
  const off = { kind: "off", reason: "The label yardarm.logs=off excludes this container." } as const;
  reports.logStatus(agent, { type: "log.status", containers: [{ dockerId: dockerIdOf(4), source: off }] });
  reports.connected(agent, hello);
  reports.snapshot(agent, snapshot(1, [reportedContainer(1)]));
  expect(assigned.filter(({ length }) => length > 0).map((names) => names.toSorted())).toEqual([
    [1, 2, 3, 4].map((n) => reportedContainer(n).name),
    [1, 2].map((n) => reportedContainer(n).name),
  ]);
  await reports.flush();
});

test("[LOGS-03] more removed containers than are shown stay known, over a start of the hub, until nothing of them is stored", async () => {
  await using core = await openHubCore();
  const first = await openReports(core);
  const { orgId, hostId } = first.agent;
  first.reports.connected(first.agent, hello);
  first.reports.snapshot(
    first.agent,
    snapshot(
      1,
      Array.from({ length: 150 }, (_, n) => reportedContainer(n)),
    ),
  );
  for (let n = 0; n < 150; n++) {
    core.clock.advance(1);
    const removed = { type: "inventory.delta" as const, revision: n + 2, upserts: [], removes: [dockerIdOf(n)] };
    first.reports.delta(first.agent, removed);
  }
  await first.reports.flush();
  const ids = Array.from({ length: 150 }, (_, n) => containerIdOf(hostId, dockerIdOf(n)));
  expect(first.hidden, "as they went").toEqual(ids.slice(0, 50));
  expect(first.forgotten).toEqual([]);

  const second = await startReports(core);
  for (const { fleet } of [first, second]) {
    expect(new Set(fleet.view(orgId).containers.map(({ containerId }) => containerId))).toEqual(new Set(ids.slice(50)));
    expect(fleet.keptOfHost(orgId, hostId).map(({ containerId }) => containerId)).toEqual(ids.slice(0, 50));
  }
  // Of those that went while nobody looked the agent says what is missing, shown or not.
  second.reports.connected(first.agent, hello);
  second.reports.snapshot(first.agent, snapshot(1, [reportedContainer(0)]));
  expect(second.assigned.flat().toSorted()).toEqual(ids.map((_, n) => reportedContainer(n).name).toSorted());
  const [back, oldest] = ids as [ContainerId, ContainerId];
  expect(second.fleet.container(orgId, back)?.removedAtNs, "it is back").toBeNull();

  second.reports.forget(orgId, [back, oldest]);
  await second.reports.flush();
  expect(second.forgotten).toEqual([oldest]);
  expect(second.fleet.container(orgId, oldest)).toBeUndefined();
  const rows = core.storage.org(orgId).containers;
  expect(await rows.find(oldest)).toBeUndefined();
  expect((await rows.ofHost(hostId)).length).toBe(149);
  second.reports.logStatus(first.agent, {
    type: "log.status",
    containers: [{ dockerId: dockerIdOf(1), source: { kind: "pending", reason: "late" } }],
  });
  await second.reports.flush();
  expect(await rows.find(oldest), "what is said of it later does not bring it back").toBeUndefined();
});

test("[LOGS-03] a host with more removed containers than are kept is told of once", async () => {
  await using core = await openHubCore();
  const { reports, agent, forgotten, overflowed, fleet } = await openReports(core);
  reports.connected(agent, hello);
  let revision = 0;
  for (let from = 0; from < 12_000; from += 4_000) {
    reports.snapshot(
      agent,
      snapshot(
        ++revision,
        Array.from({ length: 4_000 }, (_, n) => reportedContainer(from + n)),
      ),
    );
    core.clock.advance(1);
    reports.snapshot(agent, snapshot(++revision, []));
  }
  reports.snapshot(agent, snapshot(++revision, [reportedContainer(20_000)]));
  reports.snapshot(agent, snapshot(++revision, []));
  await reports.flush();
  expect(overflowed).toEqual([agent.hostId]);
  expect(forgotten).toHaveLength(12_001 - REMOVED_KEPT - REMOVED_SHOWN);
  expect(fleet.knownContainers(agent.orgId)).toHaveLength(REMOVED_KEPT + REMOVED_SHOWN);
  expect(await core.storage.org(agent.orgId).containers.list()).toHaveLength(REMOVED_KEPT + REMOVED_SHOWN);
});
