import type { Hello } from "@yardarm/protocol/agent-up/hello";
import type { HostPolicy } from "@yardarm/protocol/host";
import { asId, type HostId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { openHubCore } from "../../testkit/hub-core.ts";
import { AgentReports } from "./agent-reports.ts";
import { Fleet } from "./fleet.ts";

const policy: HostPolicy = {
  ...{ mode: "enforced", reason: null, allowedVerbs: ["START"], protectedOverride: false },
  ...{ logs: true, readThrough: false, environment: false, deniedActions: 1, deniedReads: 2, redactionRules: 3 },
};

test("[POL-5] what an agent says of its host's policy is shown, and outlives a change of the host's name", async () => {
  await using core = await openHubCore();
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
  const reports = new AgentReports({
    storage: core.storage,
    fleet,
    publish: (change) => fleet.apply(change),
    assignLogs: () => {},
    forget: () => {},
    nowNs: () => core.clock.nowNs(),
    report: (error) => {
      throw error;
    },
  });
  await reports.load();
  expect(fleet.host(orgId, hostId)?.policy).toBeUndefined();

  const hello: Hello = {
    ...{ type: "hello", protocol: { min: 1, max: 1 }, agentVersion: "0.1.0", sessionNonce: "n".repeat(43) },
    machine: { hostname: "h", os: "o", kernel: "k", arch: "a", cpus: 1, memoryBytes: 1 },
    engine: { state: "unreachable", code: "engine_unreachable", message: "none" },
    ...{ metricsBackend: null, clockNs: "1", policy, witness: null },
  };
  reports.connected({ orgId, hostId, send: () => {} }, hello);
  expect(fleet.host(orgId, hostId)?.policy).toEqual(policy);

  await hosts.rename(hostId, "barn");
  await reports.refresh(orgId, hostId);
  expect(fleet.host(orgId, hostId)).toMatchObject({ name: "barn", policy });
});
