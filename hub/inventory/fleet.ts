import type { ClientInventoryDelta } from "@yardarm/protocol/client-down/inventory-delta";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId, OrgId } from "@yardarm/protocol/ids";
import type { Protection } from "@yardarm/protocol/protection";
import { ContainersByHost } from "./containers-by-host.ts";

/** A change of one org's fleet, as it travels over the bus: every node applies the same changes to its own view. */
export type FleetChange = {
  readonly orgId: OrgId;
  readonly hosts?: readonly Host[];
  /** New or changed, and shown from now on. */
  readonly containers?: readonly Container[];
  /** Removed ones that are not shown from now on; they stay known for the sake of their logs. */
  readonly keptContainers?: readonly Container[];
  readonly removedHosts?: readonly HostId[];
  /** Forgotten for good. */
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
  readonly shown: ContainersByHost;
  /** Removed, known and not shown. */
  readonly kept: ContainersByHost;
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
    const containers = this.#protected(change.orgId, change.containers ?? []);
    for (const container of containers) {
      fleet.kept.delete(container.containerId);
      fleet.shown.set(container);
    }
    const gone = new Set<ContainerId>();
    for (const container of this.#protected(change.orgId, change.keptContainers ?? [])) {
      if (fleet.shown.delete(container.containerId)) gone.add(container.containerId);
      fleet.kept.set(container);
    }
    for (const containerId of change.removedContainers ?? []) {
      if (fleet.shown.delete(containerId)) gone.add(containerId);
      fleet.kept.delete(containerId);
    }
    for (const hostId of change.removedHosts ?? []) {
      for (const { containerId } of fleet.shown.deleteHost(hostId)) gone.add(containerId);
      fleet.kept.deleteHost(hostId);
      fleet.hosts.delete(hostId);
      this.#orgOfHost.delete(hostId);
    }
    const removedContainers = [...gone];
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
    for (const { hostId } of moved) {
      this.#protectAgain(
        change.orgId,
        this.containersOfHost(change.orgId, hostId),
        this.keptOfHost(change.orgId, hostId),
      );
    }
  }

  /** What protects the org's containers may have changed. */
  protectionChanged(orgId: OrgId): void {
    this.#protectAgain(orgId, this.view(orgId).containers, this.keptContainers(orgId));
  }

  /** All that people are shown of an org's fleet at one revision; deltas that follow continue from it. */
  view(orgId: OrgId): FleetView {
    const fleet = this.#fleet(orgId);
    return {
      revision: fleet.revision,
      hosts: [...fleet.hosts.values()],
      containers: [...fleet.shown.values()],
    };
  }

  /** Every container whose log may be stored: those that are shown, and those that are only kept. */
  knownContainers(orgId: OrgId): readonly Container[] {
    const { shown, kept } = this.#fleet(orgId);
    return [...shown.values(), ...kept.values()];
  }

  /** Removed containers that are known and not shown. */
  keptContainers(orgId: OrgId): readonly Container[] {
    return [...this.#fleet(orgId).kept.values()];
  }

  /** One that is known and not shown. */
  keptContainer(orgId: OrgId, containerId: ContainerId): Container | undefined {
    return this.#fleet(orgId).kept.get(containerId);
  }

  /** Orgs that this node has heard of. */
  orgIds(): readonly OrgId[] {
    return [...this.#orgs.keys()];
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

  /** One that is shown or kept. */
  container(orgId: OrgId, containerId: ContainerId): Container | undefined {
    const { shown, kept } = this.#fleet(orgId);
    return shown.get(containerId) ?? kept.get(containerId);
  }

  /** Those that are shown. */
  containersOfHost(orgId: OrgId, hostId: HostId): readonly Container[] {
    return this.#fleet(orgId).shown.ofHost(hostId);
  }

  /** Those that are known and not shown. */
  keptOfHost(orgId: OrgId, hostId: HostId): readonly Container[] {
    return this.#fleet(orgId).kept.ofHost(hostId);
  }

  orgOf(hostId: HostId): OrgId | undefined {
    return this.#orgOfHost.get(hostId);
  }

  #protected(orgId: OrgId, containers: readonly Container[]): Container[] {
    const protect = this.#protect;
    if (protect === null) return [...containers];
    return containers.map((container) => ({
      ...container,
      protection: protect(orgId, this.host(orgId, container.hostId), container),
    }));
  }

  #protectAgain(orgId: OrgId, shown: readonly Container[], kept: readonly Container[]): void {
    const isChanged = (container: Container): boolean => {
      const now = this.#protect?.(orgId, this.host(orgId, container.hostId), container);
      return now?.scope !== container.protection?.scope || now?.reason !== container.protection?.reason;
    };
    this.apply({ orgId, containers: shown.filter(isChanged), keptContainers: kept.filter(isChanged) });
  }

  #fleet(orgId: OrgId): OrgFleet {
    let fleet = this.#orgs.get(orgId);
    if (fleet === undefined) {
      const [shown, kept] = [new ContainersByHost(), new ContainersByHost()];
      fleet = { revision: 0, hosts: new Map(), shown, kept, listeners: new Set() };
      this.#orgs.set(orgId, fleet);
    }
    return fleet;
  }
}
