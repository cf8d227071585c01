import { isDeepStrictEqual } from "node:util";
import type { InventoryDelta } from "@yardarm/protocol/agent-up/inventory-delta";
import type { InventorySnapshot } from "@yardarm/protocol/agent-up/inventory-snapshot";
import type { LogStatus } from "@yardarm/protocol/agent-up/log-status";
import type { Container, ReportedContainer } from "@yardarm/protocol/container";
import type { ContainerId, DockerId, HostId } from "@yardarm/protocol/ids";
import { containerIdOf, workloadIdOf } from "./container-id.ts";
import { oldestRemoved, REMOVED_KEPT, REMOVED_SHOWN } from "./removed-containers.ts";

/** Containers that one host may have; what it reports beyond is left out and said. */
const CONTAINERS_PER_HOST = 10_000;

/** What a report changed. */
export type ContainerChanges = {
  /** New or changed, and shown. */
  readonly containers: readonly Container[];
  /** Removed ones that are not shown from now on, or that changed since; oldest first. */
  readonly kept: readonly Container[];
  /** More are kept than a host may: these are forgotten for good. */
  readonly forgotten: readonly ContainerId[];
};

/** What came of a message: what changed, or the wish for a new snapshot. */
export type InventoryOutcome =
  | ({ readonly kind: "changed" } & ContainerChanges)
  | { readonly kind: "incomplete" }
  | { readonly kind: "resync" };

type Assembly = { readonly revision: number; nextPage: number; readonly containers: Map<DockerId, ReportedContainer> };

/**
 * Turns one host's reports into containers with a lasting identity. Pages of a snapshot are collected until the last
 * one; a revision that does not follow asks for a new snapshot and changes nothing.
 */
export class HostInventory {
  readonly #hostId: HostId;
  readonly #nowNs: () => bigint;
  /** Those that are shown. */
  readonly #containers: Map<DockerId, Container>;
  /** Oldest first. */
  readonly #kept: Map<DockerId, Container>;
  #revision: number | null = null;
  #assembly: Assembly | null = null;

  constructor(options: {
    readonly hostId: HostId;
    readonly nowNs: () => bigint;
    /** What people are shown of the host. */
    readonly known: readonly Container[];
    /** Removed ones that are not shown; oldest first. */
    readonly kept: readonly Container[];
  }) {
    this.#hostId = options.hostId;
    this.#nowNs = options.nowNs;
    this.#containers = new Map(options.known.map((container) => [container.dockerId, container]));
    this.#kept = new Map(options.kept.map((container) => [container.dockerId, container]));
  }

  /** One that is shown or kept. */
  container(dockerId: DockerId): Container | undefined {
    return this.#containers.get(dockerId) ?? this.#kept.get(dockerId);
  }

  /** Nothing of this removed container is stored any more. */
  forget(dockerId: DockerId): void {
    this.#kept.delete(dockerId);
  }

  applySnapshot(message: InventorySnapshot): InventoryOutcome {
    if (message.page === 0) {
      this.#assembly = { revision: message.revision, nextPage: 0, containers: new Map() };
    }
    const assembly = this.#assembly;
    if (assembly === null || assembly.revision !== message.revision || assembly.nextPage !== message.page) {
      this.#assembly = null;
      return { kind: "resync" };
    }
    assembly.nextPage += 1;
    for (const container of message.containers) {
      if (assembly.containers.size < CONTAINERS_PER_HOST) assembly.containers.set(container.dockerId, container);
    }
    if (!message.last) return { kind: "incomplete" };
    this.#assembly = null;
    this.#revision = message.revision;
    const gone = [...this.#containers.keys()].filter((dockerId) => !assembly.containers.has(dockerId));
    return this.#update([...assembly.containers.values()], gone);
  }

  applyDelta(message: InventoryDelta): InventoryOutcome {
    if (this.#revision === null || message.revision !== this.#revision + 1) {
      this.#revision = null;
      return { kind: "resync" };
    }
    this.#revision = message.revision;
    return this.#update(message.upserts, message.removes);
  }

  applyLogStatus(message: LogStatus): ContainerChanges {
    const changes = { containers: [] as Container[], kept: [] as Container[], forgotten: [] };
    for (const { dockerId, source } of message.containers) {
      const container = this.container(dockerId);
      if (container === undefined || isDeepStrictEqual(container.logSource, source)) continue;
      const next = { ...container, logSource: source };
      const isShown = this.#containers.has(dockerId);
      (isShown ? this.#containers : this.#kept).set(dockerId, next);
      (isShown ? changes.containers : changes.kept).push(next);
    }
    return changes;
  }

  #update(upserts: readonly ReportedContainer[], removes: readonly DockerId[]): InventoryOutcome {
    const changed = new Map<DockerId, Container>();
    for (const reported of upserts) {
      const previous = this.container(reported.dockerId);
      if (previous === undefined && this.#containers.size >= CONTAINERS_PER_HOST + REMOVED_SHOWN) continue;
      const next: Container = {
        ...reported,
        containerId: containerIdOf(this.#hostId, reported.dockerId),
        workloadId: workloadIdOf(this.#hostId, reported.name),
        hostId: this.#hostId,
        removedAtNs: null,
        logSource: previous?.logSource ?? { kind: "pending" },
      };
      if (isDeepStrictEqual(previous, next)) continue;
      this.#kept.delete(reported.dockerId);
      this.#containers.set(reported.dockerId, next);
      changed.set(reported.dockerId, next);
    }
    for (const dockerId of removes) {
      const container = this.#containers.get(dockerId);
      if (container === undefined || container.removedAtNs !== null) continue;
      const next = { ...container, removedAtNs: this.#nowNs().toString() };
      this.#containers.set(dockerId, next);
      changed.set(dockerId, next);
    }
    const kept = oldestRemoved(this.#containers.values(), REMOVED_SHOWN);
    for (const container of kept) {
      this.#containers.delete(container.dockerId);
      this.#kept.set(container.dockerId, container);
      changed.delete(container.dockerId);
    }
    return { kind: "changed", containers: [...changed.values()], kept, forgotten: this.#forgetSurplus() };
  }

  #forgetSurplus(): readonly ContainerId[] {
    if (this.#kept.size <= REMOVED_KEPT) return [];
    const surplus = [...this.#kept.values()].slice(0, this.#kept.size - REMOVED_KEPT);
    for (const { dockerId } of surplus) this.#kept.delete(dockerId);
    return surplus.map(({ containerId }) => containerId);
  }
}
