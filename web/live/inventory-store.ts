import type { ClientInventoryDelta } from "@yardarm/protocol/client-down/inventory-delta";
import type { ClientInventorySnapshot } from "@yardarm/protocol/client-down/inventory-snapshot";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { Listeners } from "./listeners.ts";

/**
 * The fleet in memory: a snapshot in pages, then deltas by revision. What was known stays on screen until a whole new
 * snapshot has arrived; a revision that does not follow asks for one.
 */

export type Inventory =
  | { readonly status: "loading" }
  | {
      readonly status: "known";
      readonly revision: number;
      readonly hosts: ReadonlyMap<HostId, Host>;
      readonly containers: ReadonlyMap<ContainerId, Container>;
    };

type Staging = {
  readonly revision: number;
  nextPage: number;
  readonly hosts: Map<HostId, Host>;
  readonly containers: Map<ContainerId, Container>;
  /** Deltas that arrived between two pages. Beyond `MAX_WAITING` the snapshot is given up and asked for again. */
  readonly waiting: ClientInventoryDelta[];
};

const MAX_WAITING = 1_000;

/** `resubscribe`: what arrived does not continue what is known; the caller asks for a snapshot. */
export type Verdict = "ok" | "resubscribe";

export type InventoryStoreOptions = {
  /** Runs `publish` soon, at most once per frame. */
  readonly schedule: (publish: () => void) => void;
  /** Called for each container that a delta names, before anybody is told. */
  readonly onContainer?: (container: Container) => void;
};

export class InventoryStore {
  readonly #options: InventoryStoreOptions;
  readonly #listeners = new Listeners();
  #view: Inventory = { status: "loading" };
  #revision: number | null = null;
  #hosts = new Map<HostId, Host>();
  #containers = new Map<ContainerId, Container>();
  #staging: Staging | null = null;
  /** True from asking for a snapshot until its first page: what arrives meanwhile continues nothing. */
  #awaiting = true;
  #publishing = false;

  constructor(options: InventoryStoreOptions) {
    this.#options = options;
  }

  /** The current view; the same object until something changes. */
  readonly view = (): Inventory => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  /** A snapshot has been asked for: whatever was half received counts for nothing. */
  restart(): void {
    this.#staging = null;
    this.#awaiting = true;
  }

  applySnapshot(page: ClientInventorySnapshot): Verdict {
    if (page.page === 0) {
      this.#awaiting = false;
      this.#staging = {
        revision: page.revision,
        nextPage: 0,
        hosts: new Map(),
        containers: new Map(),
        waiting: [],
      };
    }
    if (this.#awaiting) return "ok";
    const staging = this.#staging;
    if (staging === null || staging.revision !== page.revision || staging.nextPage !== page.page) {
      this.restart();
      return "resubscribe";
    }
    staging.nextPage += 1;
    for (const host of page.hosts) staging.hosts.set(host.hostId, host);
    for (const container of page.containers) staging.containers.set(container.containerId, container);
    if (!page.last) return "ok";
    this.#staging = null;
    this.#hosts = staging.hosts;
    this.#containers = staging.containers;
    this.#revision = staging.revision;
    this.#changed();
    for (const delta of staging.waiting) {
      if (this.applyDelta(delta) === "resubscribe") return "resubscribe";
    }
    return "ok";
  }

  applyDelta(delta: ClientInventoryDelta): Verdict {
    if (this.#awaiting) return "ok";
    if (this.#staging !== null) {
      if (this.#staging.waiting.length >= MAX_WAITING) {
        this.restart();
        return "resubscribe";
      }
      this.#staging.waiting.push(delta);
      return "ok";
    }
    const revision = this.#revision ?? 0;
    if (delta.revision <= revision) return "ok";
    if (delta.revision !== revision + 1) {
      this.restart();
      return "resubscribe";
    }
    this.#revision = delta.revision;
    for (const hostId of delta.removedHosts) this.#hosts.delete(hostId);
    for (const containerId of delta.removedContainers) this.#containers.delete(containerId);
    for (const host of delta.hosts) this.#hosts.set(host.hostId, host);
    for (const container of delta.containers) {
      this.#containers.set(container.containerId, container);
      this.#options.onContainer?.(container);
    }
    this.#changed();
    return "ok";
  }

  #changed(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    this.#options.schedule(() => {
      this.#publishing = false;
      if (this.#revision === null) return;
      this.#view = {
        status: "known",
        revision: this.#revision,
        hosts: new Map(this.#hosts),
        containers: new Map(this.#containers),
      };
      this.#listeners.tell();
    });
  }
}
