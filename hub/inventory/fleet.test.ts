import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { asId, type HostId, type OrgId, type ProjectId } from "@yardarm/protocol/ids";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { containerIdOf, workloadIdOf } from "./container-id.ts";
import { Fleet, type FleetListener } from "./fleet.ts";
import { type FleetMessage, subscribeFleet } from "./fleet-subscription.ts";

const orgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
const otherOrg = asId<OrgId>("org_bbbbbbbbbbbbbbbbbbbb");
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");

const host: Host = {
  hostId,
  projectId: asId<ProjectId>("prj_aaaaaaaaaaaaaaaaaaaa"),
  name: "fra-1",
  status: "online",
  lastSeenAtNs: null,
  enrolledAtNs: null,
  agentVersion: null,
  machine: null,
  engine: null,
  metricsBackend: null,
  clockSkewMs: null,
  keyFingerprint: null,
};

const container = (n: number): Container => ({
  ...reportedContainer(n),
  containerId: containerIdOf(hostId, dockerIdOf(n)),
  workloadId: workloadIdOf(hostId, `web-${n}`),
  hostId,
  removedAtNs: null,
  logSource: { kind: "pending" },
});

describe("fleet", () => {
  test("a snapshot and the deltas after it add up, revision by revision", () => {
    const fleet = new Fleet();
    fleet.apply({ orgId, hosts: [host], containers: [container(1)] });
    const view = fleet.view(orgId);
    const seen: Parameters<FleetListener>[0][] = [];
    fleet.subscribe(orgId, (delta) => seen.push(delta));
    fleet.apply({ orgId, containers: [container(2)] });
    fleet.apply({ orgId });
    fleet.apply({ orgId, removedContainers: [container(1).containerId] });
    expect(seen.map((delta) => delta.revision)).toEqual([view.revision + 1, view.revision + 2]);
    expect(fleet.containersOfHost(orgId, hostId).map(({ name }) => name)).toEqual(["web-2"]);
  });

  test("removing a host takes its containers along", () => {
    const fleet = new Fleet();
    fleet.apply({ orgId, hosts: [host], containers: [container(1), container(2)] });
    fleet.apply({ orgId, removedHosts: [hostId] });
    expect(fleet.view(orgId)).toMatchObject({ hosts: [], containers: [] });
    expect(fleet.orgOf(hostId)).toBeUndefined();
  });

  test("[LOGS-03] a kept container leaves every screen and stays known; what becomes of it is nobody's news", () => {
    const fleet = new Fleet();
    const gone = { ...container(1), removedAtNs: "5" };
    fleet.apply({ orgId, hosts: [host], containers: [gone, container(2)] });
    const seen: Parameters<FleetListener>[0][] = [];
    fleet.subscribe(orgId, (delta) => seen.push(delta));
    fleet.apply({ orgId, keptContainers: [gone] });
    expect(seen).toMatchObject([{ containers: [], removedContainers: [gone.containerId] }]);
    expect(fleet.view(orgId).containers).toEqual([container(2)]);
    expect(fleet.containersOfHost(orgId, hostId)).toEqual([container(2)]);
    expect(fleet.keptOfHost(orgId, hostId)).toEqual([gone]);
    expect(fleet.container(orgId, gone.containerId)).toEqual(gone);
    expect(fleet.knownContainers(orgId)).toEqual([container(2), gone]);
    expect(fleet.knownContainers(otherOrg)).toEqual([]);

    const source = { kind: "unreadable" as const, reason: "gone" };
    fleet.apply({ orgId, keptContainers: [{ ...gone, logSource: source }] });
    expect(fleet.container(orgId, gone.containerId)?.logSource).toEqual(source);
    fleet.apply({ orgId, removedContainers: [gone.containerId] });
    expect(fleet.container(orgId, gone.containerId)).toBeUndefined();
    expect(seen, "neither was told").toHaveLength(1);

    fleet.apply({ orgId, keptContainers: [gone] });
    fleet.apply({ orgId, containers: [container(1)] });
    expect(fleet.keptContainers(orgId)).toEqual([]);
    expect(fleet.view(orgId).containers).toEqual([container(2), container(1)]);
    fleet.apply({ orgId, keptContainers: [gone] });
    fleet.apply({ orgId, removedHosts: [hostId] });
    expect(fleet.knownContainers(orgId)).toEqual([]);
  });

  test("[ACTN-05] what protects a kept container follows the rules without a word", () => {
    let scope: "none" | "all" = "none";
    const fleet = new Fleet({ protect: () => ({ scope, reason: null }) });
    fleet.apply({ orgId, hosts: [host], keptContainers: [{ ...container(1), removedAtNs: "5" }] });
    const heard: unknown[] = [];
    fleet.subscribe(orgId, (delta) => heard.push(delta));
    scope = "all";
    fleet.protectionChanged(orgId);
    expect(fleet.container(orgId, container(1).containerId)?.protection?.scope).toBe("all");
    expect(heard).toEqual([]);
  });

  test("[IDTY-06] a host that moves between projects comes into sight and goes out of it with its containers", () => {
    const fleet = new Fleet();
    fleet.apply({ orgId, hosts: [host], containers: [container(1)] });
    const viewer = { orgId, sees: ({ projectId }: Host) => projectId === host.projectId };
    const told: FleetMessage[] = [];
    const end = subscribeFleet(fleet, viewer, (message) => told.push(message));
    const elsewhere = { ...host, projectId: asId<ProjectId>("prj_bbbbbbbbbbbbbbbbbbbb") };
    fleet.apply({ orgId, hosts: [elsewhere] });
    const { containerId } = container(1);
    const nothing = { hosts: [], containers: [], removedHosts: [], removedContainers: [] };
    expect(told[1]).toMatchObject({
      ...nothing,
      revision: 1,
      removedHosts: [hostId],
      removedContainers: [containerId],
    });
    fleet.apply({ orgId, containers: [container(2)] });
    fleet.apply({ orgId, hosts: [{ ...elsewhere, name: "fra-2" }] });
    expect(told).toHaveLength(2);
    fleet.apply({ orgId, hosts: [host] });
    expect(told[2]).toMatchObject({ ...nothing, hosts: [host], containers: [container(1), container(2)] });
    end();
  });

  test("[IDTY-03] another org neither sees nor hears of it", () => {
    const fleet = new Fleet();
    const heard: unknown[] = [];
    fleet.subscribe(otherOrg, (delta) => heard.push(delta));
    fleet.apply({ orgId, hosts: [host], containers: [container(1)] });
    expect(heard).toEqual([]);
    expect(fleet.view(otherOrg).containers).toEqual([]);
    expect(fleet.host(otherOrg, hostId)).toBeUndefined();
    expect(fleet.container(otherOrg, container(1).containerId)).toBeUndefined();
  });
});
