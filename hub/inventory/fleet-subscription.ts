import type { ClientInventoryDelta } from "@yardarm/protocol/client-down/inventory-delta";
import type { ClientInventorySnapshot } from "@yardarm/protocol/client-down/inventory-snapshot";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import type { Fleet } from "./fleet.ts";

const CONTAINERS_PER_PAGE = 500;

export type FleetMessage = ClientInventorySnapshot | ClientInventoryDelta;

/**
 * Sends one viewer the fleet as far as they may see it: snapshot pages at once, then deltas. Revisions are the
 * subscription's own, so that they follow each other also for somebody who does not see everything.
 */
export const subscribeFleet = (
  fleet: Fleet,
  viewer: { readonly orgId: OrgId; readonly sees: (host: Host) => boolean },
  send: (message: FleetMessage) => void,
): (() => void) => {
  const { orgId, sees } = viewer;
  const visible = new Set<HostId>();
  const isVisible = ({ hostId }: Container): boolean => visible.has(hostId);
  let revision = 0;

  const view = fleet.view(orgId);
  const hosts = view.hosts.filter(sees);
  for (const { hostId } of hosts) visible.add(hostId);
  const containers = view.containers.filter(isVisible);
  const pages = Math.max(1, Math.ceil(containers.length / CONTAINERS_PER_PAGE));
  for (let page = 0; page < pages; page += 1) {
    send({
      type: "inventory.snapshot",
      revision,
      page,
      last: page === pages - 1,
      hosts: page === 0 ? [...hosts] : [],
      containers: containers.slice(page * CONTAINERS_PER_PAGE, (page + 1) * CONTAINERS_PER_PAGE),
    });
  }

  return fleet.subscribe(orgId, (delta) => {
    const changedHosts = delta.hosts.filter(sees);
    // A host that moved to another project may come into sight, or go out of it, with all that is on it.
    const moved = delta.hosts.filter((host) => sees(host) !== visible.has(host.hostId));
    const arrived = moved.filter(sees).flatMap(({ hostId }) => fleet.containersOfHost(orgId, hostId));
    const left = moved.filter(({ hostId }) => visible.delete(hostId)).map(({ hostId }) => hostId);
    for (const { hostId } of changedHosts) visible.add(hostId);
    const changedContainers = union(arrived, delta.containers.filter(isVisible));
    const removedHosts = [...left, ...delta.removedHosts.filter((hostId) => visible.delete(hostId))];
    const gone = left.flatMap((hostId) => fleet.containersOfHost(orgId, hostId)).map(({ containerId }) => containerId);
    const removedContainers = [...gone, ...delta.removedContainers];
    if (changedHosts.length + changedContainers.length + removedHosts.length + removedContainers.length === 0) return;
    revision += 1;
    send({
      type: "inventory.delta",
      revision,
      hosts: changedHosts,
      containers: changedContainers,
      removedHosts,
      // Ids of what was never seen are opaque and mean nothing to the viewer.
      removedContainers,
    });
  });
};

/** Each container once. */
const union = (...lists: readonly (readonly Container[])[]): Container[] => [
  ...new Map(lists.flat().map((container) => [container.containerId, container])).values(),
];
