import type { ClientInventoryDelta } from "@yardarm/protocol/client-down/inventory-delta";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId, OrgId } from "@yardarm/protocol/ids";
import type { Protection } from "@yardarm/protocol/protection";

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

/** What protects a container of a host; `undefined` for a host that is not known. */
export type Protect = (orgId: OrgId, host: Host | undefined, container: Container) => Protection;

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
  readonly #protect: Protect | null;

  /** With `protect` every container that it shows says what protects it. */
  constructor(options: { readonly protect?: Protect } = {}) {
    this.#protect = options.protect ?? null;
  }

  /** Applies a change and tells the org's listeners once. A change that changes nothing is not told. */
  apply(change: FleetChange): void {
    const fleet = this.#fleet(change.orgId);
    const moved = (change.hosts ?? []).filter(
      ({ hostId, projectId }) => (fleet.hosts.get(hostId)?.projectId ?? projectId) !== projectId,
    );
    for (const host of change.hosts ?? []) {
      fleet.hosts.set(host.hostId, host);
      this.#orgOfHost.set(host.hostId, change.orgId);
    }
    const containers = this.#protected(change);
    for (const container of containers) {
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
      containers,
      removedHosts: [...(change.removedHosts ?? [])],
      removedContainers,
    };
    if (!delta.hosts.length && !delta.containers.length && !delta.removedHosts.length && !removedContainers.length) {
      return;
    }
    fleet.revision += 1;
    for (const listener of fleet.listeners) listener(delta);
    // Rules of projects go with the project.
    for (const { hostId } of moved) this.#protectAgain(change.orgId, this.containersOfHost(change.orgId, hostId));
  }

  /** What protects the org's containers may have changed. */
  protectionChanged(orgId: OrgId): void {
    this.#protectAgain(orgId, this.view(orgId).containers);
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

  #protected({ orgId, containers = [] }: FleetChange): Container[] {
    const protect = this.#protect;
    if (protect === null) return [...containers];
    return containers.map((container) => ({
      ...container,
      protection: protect(orgId, this.host(orgId, container.hostId), container),
    }));
  }

  #protectAgain(orgId: OrgId, containers: readonly Container[]): void {
    const changed = containers.filter((container) => {
      const now = this.#protect?.(orgId, this.host(orgId, container.hostId), container);
      return now?.scope !== container.protection?.scope || now?.reason !== container.protection?.reason;
    });
    if (changed.length > 0) this.apply({ orgId, containers: changed });
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
