import type { ClientInventoryDelta } from "@yardarm/protocol/client-down/inventory-delta";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId, OrgId } from "@yardarm/protocol/ids";

/** A change of one org's fleet, as it travels over the bus: every node applies the same changes to its own view. */
export type FleetChange = {
  readonly orgId: OrgId;
  readonly hosts?: readonly Host[];
  readonly containers?: readonly Container[];
  readonly removedHosts?: readonly HostId[];
  readonly removedContainers?: readonly ContainerId[];
};

export type FleetView = {
  readonly revision: number;
  readonly hosts: readonly Host[];
  readonly containers: readonly Container[];
};

export type FleetListener = (delta: Omit<ClientInventoryDelta, "type">) => void;

type OrgFleet = {
  revision: number;
  readonly hosts: Map<HostId, Host>;
  readonly containers: Map<ContainerId, Container>;
  readonly byHost: Map<HostId, Set<ContainerId>>;
  readonly listeners: Set<FleetListener>;
};

/**
 * What exists, per org, in memory: the answer to every list, and the source of the deltas that people see. Revisions
 * count this node's own deltas and mean nothing elsewhere.
 */
export class Fleet {
  readonly #orgs = new Map<OrgId, OrgFleet>();
  readonly #orgOfHost = new Map<HostId, OrgId>();

  /** Applies a change and tells the org's listeners once. A change that changes nothing is not told. */
  apply(change: FleetChange): void {
    const fleet = this.#fleet(change.orgId);
    for (const host of change.hosts ?? []) {
      fleet.hosts.set(host.hostId, host);
      this.#orgOfHost.set(host.hostId, change.orgId);
    }
    for (const container of change.containers ?? []) {
      fleet.containers.set(container.containerId, container);
      let ofHost = fleet.byHost.get(container.hostId);
      if (ofHost === undefined) {
        ofHost = new Set();
        fleet.byHost.set(container.hostId, ofHost);
      }
      ofHost.add(container.containerId);
    }
    const removedContainers = [...(change.removedContainers ?? [])];
    for (const hostId of change.removedHosts ?? []) {
      removedContainers.push(...(fleet.byHost.get(hostId) ?? []));
      fleet.hosts.delete(hostId);
      this.#orgOfHost.delete(hostId);
    }
    for (const containerId of removedContainers) {
      const container = fleet.containers.get(containerId);
      fleet.containers.delete(containerId);
      if (container !== undefined) fleet.byHost.get(container.hostId)?.delete(containerId);
    }
    const delta = {
      revision: fleet.revision + 1,
      hosts: [...(change.hosts ?? [])],
      containers: [...(change.containers ?? [])],
      removedHosts: [...(change.removedHosts ?? [])],
      removedContainers,
    };
    if (!delta.hosts.length && !delta.containers.length && !delta.removedHosts.length && !removedContainers.length) {
      return;
    }
    fleet.revision += 1;
    for (const listener of fleet.listeners) listener(delta);
  }

  /** The whole fleet of an org at one revision; deltas that follow continue from it. */
  view(orgId: OrgId): FleetView {
    const fleet = this.#fleet(orgId);
    return {
      revision: fleet.revision,
      hosts: [...fleet.hosts.values()],
      containers: [...fleet.containers.values()],
    };
  }

  /** Calls `listener` for every later change of the org, until the returned function is called. */
  subscribe(orgId: OrgId, listener: FleetListener): () => void {
    const { listeners } = this.#fleet(orgId);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  host(orgId: OrgId, hostId: HostId): Host | undefined {
    return this.#fleet(orgId).hosts.get(hostId);
  }

  container(orgId: OrgId, containerId: ContainerId): Container | undefined {
    return this.#fleet(orgId).containers.get(containerId);
  }

  containersOfHost(orgId: OrgId, hostId: HostId): readonly Container[] {
    const fleet = this.#fleet(orgId);
    const found: Container[] = [];
    for (const containerId of fleet.byHost.get(hostId) ?? []) {
      const container = fleet.containers.get(containerId);
      if (container !== undefined) found.push(container);
    }
    return found;
  }

  orgOf(hostId: HostId): OrgId | undefined {
    return this.#orgOfHost.get(hostId);
  }

  #fleet(orgId: OrgId): OrgFleet {
    let fleet = this.#orgs.get(orgId);
    if (fleet === undefined) {
      fleet = { revision: 0, hosts: new Map(), containers: new Map(), byHost: new Map(), listeners: new Set() };
      this.#orgs.set(orgId, fleet);
    }
    return fleet;
  }
}
