/** Starts the collector once it is known which engine answers, by the way of reading that is open there. */
import type { AgentMetrics } from "@yardarm/protocol/agent-up/metrics";
import type { DockerId } from "@yardarm/protocol/ids";
import type { EngineEndpoint } from "./docker/endpoint.ts";
import type { Engine } from "./docker/engine.ts";
import type { EngineIdentity } from "./docker/engine-identity.ts";
import { ApiBackend } from "./metrics/api-backend.ts";
import { CgroupBackend } from "./metrics/cgroup-backend.ts";
import { chooseBackend, isOnEngineHost } from "./metrics/choose-backend.ts";
import { Collector, type MetricsBackendName } from "./metrics/collector.ts";
import type { MetricsTarget } from "./metrics/counters.ts";
import { HostSampler, readHostMemoryBytes } from "./metrics/host-sampler.ts";
import { systemClock } from "./system-clock.ts";

export type MetricsFeedOptions = {
  readonly engine: Engine;
  targets(): Iterable<MetricsTarget>;
  send(message: AgentMetrics): void;
};

const ROOTS = { procRoot: "/proc", cgroupRoot: "/sys/fs/cgroup" };
const INTERVAL_MS = 5_000;

export class MetricsFeed {
  readonly #options: MetricsFeedOptions;
  #collector: Collector | null = null;
  #identity: EngineIdentity | null = null;
  #watch: { readonly dockerIds: readonly DockerId[]; readonly intervalMs: number } = {
    dockerIds: [],
    intervalMs: 1_000,
  };

  constructor(options: MetricsFeedOptions) {
    this.#options = options;
  }

  /** `null` until an engine has answered. */
  get backend(): MetricsBackendName | null {
    return this.#collector?.backend ?? null;
  }

  /** What somebody watches from now on; nothing, when the connection ends. */
  watch(dockerIds: readonly DockerId[], intervalMs: number): void {
    this.#watch = { dockerIds, intervalMs };
    this.#collector?.watch(dockerIds, intervalMs);
  }

  /** An engine answered. The first one decides how numbers are read; a later one only says what it can do. */
  engineFound(endpoint: EngineEndpoint, identity: EngineIdentity, signal: AbortSignal): void {
    this.#identity = identity;
    if (this.#collector !== null) return;
    const { engine, targets, send } = this.#options;
    const hostMemoryBytes = readHostMemoryBytes(ROOTS.procRoot);
    const { monotonicMs } = systemClock;
    const isByCgroup = chooseBackend(endpoint, identity, ROOTS) === "cgroup";
    this.#collector = new Collector({
      targets,
      cgroup: isByCgroup ? new CgroupBackend({ ...ROOTS, monotonicMs, hostMemoryBytes }) : null,
      api: new ApiBackend(engine, () => this.#identity?.hasImmediateStats ?? false),
      host: isOnEngineHost(endpoint, identity) ? new HostSampler(ROOTS.procRoot) : null,
      clock: systemClock,
      send,
      intervalMs: INTERVAL_MS,
    });
    this.#collector.watch(this.#watch.dockerIds, this.#watch.intervalMs);
    void this.#collector.run(signal);
  }
}
