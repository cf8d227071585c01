import type { ClientMetrics, ClientSample } from "@yardarm/protocol/client-down/metrics";
import type { ClientUp } from "@yardarm/protocol/client-up/up";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import type { HostSample } from "@yardarm/protocol/metrics";
import { Listeners } from "./listeners.ts";

/** The newest sample of every container and host, and who watches whom. History belongs to the charts. */

/** `receivedAtMs` is this browser's clock: the age of the value on screen. `atMs` is the sample's own time. */
export type SeenSample = {
  readonly sample: ClientSample;
  readonly atMs: number;
  readonly receivedAtMs: number;
  readonly intervalMs: number;
};
export type SeenHostSample = { readonly sample: HostSample; readonly atMs: number; readonly receivedAtMs: number };

export type MetricsStoreOptions = {
  readonly send: (message: ClientUp) => void;
  readonly now: () => number;
  /** Runs `publish` soon, at most once per frame. */
  readonly schedule: (publish: () => void) => void;
};

/** `null` stands for the whole fleet at the normal rate, an id for one container at the fast rate. */
type Target = ContainerId | null;

export class MetricsStore {
  readonly #options: MetricsStoreOptions;
  readonly #watchers = new Map<Target, number>();
  readonly #samples = new Map<ContainerId, SeenSample>();
  readonly #hosts = new Map<HostId, SeenHostSample>();
  readonly #listeners = new Listeners();
  readonly #byContainer = new Map<ContainerId, Set<(seen: SeenSample) => void>>();
  #publishing = false;
  /** A copy for whoever looks at all samples at once; made when asked for. */
  #copy: ReadonlyMap<ContainerId, SeenSample> | null = null;

  constructor(options: MetricsStoreOptions) {
    this.#options = options;
  }

  /** Counts one more watcher of `target`; the hub hears of the first and of the last one only. Returns what ends it. */
  watch(target: Target): () => void {
    const count = this.#watchers.get(target) ?? 0;
    this.#watchers.set(target, count + 1);
    if (count === 0) this.#options.send({ type: "metrics.subscribe", containerId: target });
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (this.#watchers.get(target) ?? 1) - 1;
      if (left > 0) {
        this.#watchers.set(target, left);
        return;
      }
      this.#watchers.delete(target);
      this.#options.send({ type: "metrics.unsubscribe", containerId: target });
    };
  }

  /** Says every subscription again, after a new connection has opened. */
  resubscribe(): void {
    for (const target of this.#watchers.keys()) {
      this.#options.send({ type: "metrics.subscribe", containerId: target });
    }
  }

  apply(message: ClientMetrics): void {
    const atMs = Number(BigInt(message.tsNs) / 1_000_000n);
    const receivedAtMs = this.#options.now();
    if (message.host !== null) this.#hosts.set(message.hostId, { sample: message.host, atMs, receivedAtMs });
    for (const sample of message.containers) {
      const seen = { sample, atMs, receivedAtMs, intervalMs: message.intervalMs };
      this.#samples.set(sample.containerId, seen);
      for (const listener of this.#byContainer.get(sample.containerId) ?? []) listener(seen);
    }
    if (this.#publishing) return;
    this.#publishing = true;
    this.#options.schedule(() => {
      this.#publishing = false;
      this.#copy = null;
      this.#listeners.tell();
    });
  }

  /** Forgets containers that are no longer known, so that memory follows the fleet. */
  retain(known: ReadonlyMap<ContainerId, unknown>): void {
    for (const containerId of this.#samples.keys()) {
      if (!known.has(containerId)) this.#samples.delete(containerId);
    }
  }

  readonly sample = (containerId: ContainerId): SeenSample | undefined => this.#samples.get(containerId);

  readonly hostSample = (hostId: HostId): SeenHostSample | undefined => this.#hosts.get(hostId);

  /** All newest samples; the same object until something is published. */
  readonly samples = (): ReadonlyMap<ContainerId, SeenSample> => {
    this.#copy ??= new Map(this.#samples);
    return this.#copy;
  };

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  /** Every sample of one container as it arrives, for charts. Does not watch: `watch` does. */
  onSample(containerId: ContainerId, listener: (seen: SeenSample) => void): () => void {
    const listeners = this.#byContainer.get(containerId) ?? new Set();
    this.#byContainer.set(containerId, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byContainer.get(containerId) === listeners) {
        this.#byContainer.delete(containerId);
      }
    };
  }
}
