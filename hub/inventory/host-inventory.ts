import { isDeepStrictEqual } from "node:util";
import type { InventoryDelta } from "@yardarm/protocol/agent-up/inventory-delta";
import type { InventorySnapshot } from "@yardarm/protocol/agent-up/inventory-snapshot";
import type { LogStatus } from "@yardarm/protocol/agent-up/log-status";
import type { Container, ReportedContainer } from "@yardarm/protocol/container";
import type { ContainerId, DockerId, HostId } from "@yardarm/protocol/ids";
import { containerIdOf, workloadIdOf } from "./container-id.ts";

/** Removed containers that a host keeps showing, newest first: their logs stay readable. */
const REMOVED_KEPT = 100;
/** Containers that one host may have; what it reports beyond is left out and said. */
const CONTAINERS_PER_HOST = 10_000;

/** What came of a message: the containers that changed, the ones that went for good, or the wish for a new snapshot. */
export type InventoryOutcome =
  | { readonly kind: "changed"; readonly containers: readonly Container[]; readonly forgotten: readonly ContainerId[] }
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
  readonly #containers: Map<DockerId, Container>;
  #revision: number | null = null;
  #assembly: Assembly | null = null;

  constructor(options: {
    readonly hostId: HostId;
    readonly nowNs: () => bigint;
    readonly known: readonly Container[];
  }) {
    this.#hostId = options.hostId;
    this.#nowNs = options.nowNs;
    this.#containers = new Map(options.known.map((container) => [container.dockerId, container]));
  }

  container(dockerId: DockerId): Container | undefined {
    return this.#containers.get(dockerId);
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

  applyLogStatus(message: LogStatus): readonly Container[] {
    const changed: Container[] = [];
    for (const { dockerId, source } of message.containers) {
      const container = this.#containers.get(dockerId);
      if (container === undefined || isDeepStrictEqual(container.logSource, source)) continue;
      const next = { ...container, logSource: source };
      this.#containers.set(dockerId, next);
      changed.push(next);
    }
    return changed;
  }

  #update(upserts: readonly ReportedContainer[], removes: readonly DockerId[]): InventoryOutcome {
    const changed: Container[] = [];
    for (const reported of upserts) {
      const previous = this.#containers.get(reported.dockerId);
      if (previous === undefined && this.#containers.size >= CONTAINERS_PER_HOST + REMOVED_KEPT) continue;
      const next: Container = {
        ...reported,
        containerId: containerIdOf(this.#hostId, reported.dockerId),
        workloadId: workloadIdOf(this.#hostId, reported.name),
        hostId: this.#hostId,
        removedAtNs: null,
        logSource: previous?.logSource ?? { kind: "pending" },
      };
      if (isDeepStrictEqual(previous, next)) continue;
      this.#containers.set(reported.dockerId, next);
      changed.push(next);
    }
    for (const dockerId of removes) {
      const container = this.#containers.get(dockerId);
      if (container === undefined || container.removedAtNs !== null) continue;
      const next = { ...container, removedAtNs: this.#nowNs().toString() };
      this.#containers.set(dockerId, next);
      changed.push(next);
    }
    return { kind: "changed", containers: changed, forgotten: this.#forget() };
  }

  /** Drops the oldest removed containers beyond what a host may keep showing. */
  #forget(): readonly ContainerId[] {
    const removed = [...this.#containers.values()].filter((container) => container.removedAtNs !== null);
    const surplus = removed.length - REMOVED_KEPT;
    if (surplus <= 0) return [];
    removed.sort((a, b) => Number(BigInt(a.removedAtNs ?? 0) - BigInt(b.removedAtNs ?? 0)));
    return removed.slice(0, surplus).map((container) => {
      this.#containers.delete(container.dockerId);
      return container.containerId;
    });
  }
}
