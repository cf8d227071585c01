import type { Container } from "@yardarm/protocol/container";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";

/** Containers by id and by host. Both ways keep the order in which they came. */
export class ContainersByHost {
  readonly #containers = new Map<ContainerId, Container>();
  readonly #byHost = new Map<HostId, Set<ContainerId>>();

  get(containerId: ContainerId): Container | undefined {
    return this.#containers.get(containerId);
  }

  values(): Iterable<Container> {
    return this.#containers.values();
  }

  ofHost(hostId: HostId): readonly Container[] {
    return [...(this.#byHost.get(hostId) ?? [])].flatMap((containerId) => this.#containers.get(containerId) ?? []);
  }

  set(container: Container): void {
    const { containerId, hostId } = container;
    this.#containers.set(containerId, container);
    const ofHost = this.#byHost.get(hostId);
    if (ofHost === undefined) this.#byHost.set(hostId, new Set([containerId]));
    else ofHost.add(containerId);
  }

  /** True when it was there. */
  delete(containerId: ContainerId): boolean {
    const container = this.#containers.get(containerId);
    if (container === undefined) return false;
    this.#containers.delete(containerId);
    const ofHost = this.#byHost.get(container.hostId);
    ofHost?.delete(containerId);
    if (ofHost?.size === 0) this.#byHost.delete(container.hostId);
    return true;
  }

  /** Drops those of a host and returns them. */
  deleteHost(hostId: HostId): readonly Container[] {
    const dropped = this.ofHost(hostId);
    for (const { containerId } of dropped) this.#containers.delete(containerId);
    this.#byHost.delete(hostId);
    return dropped;
  }
}
