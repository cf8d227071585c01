/** Readings from the engine's one-shot statistics: works everywhere, and costs the engine 2 to 6 ms each. */
import { toProtocolError } from "@yardarm/protocol/errors";
import type { ContainerStats } from "../docker/container-stats.ts";
import type { Engine } from "../docker/engine.ts";
import { type Counters, hasOwnNetwork, memoryUsed, type MetricsTarget } from "./counters.ts";

/** An engine that answers at once. */
const IMMEDIATE = { requestsAtOnce: 5, timeoutMs: 2_000 };
/**
 * An engine before 23.0.8 lets each request wait for its collector's tick, up to a second and the time of all before.
 * They wait side by side at no extra cost, so more of them may.
 */
const WAITING = { requestsAtOnce: 20, timeoutMs: 5_000 };

export class ApiBackend {
  readonly #engine: Engine;
  readonly #hasImmediateStats: () => boolean;

  /** `hasImmediateStats` is asked each time, because an engine may be upgraded under us. */
  constructor(engine: Engine, hasImmediateStats: () => boolean) {
    this.#engine = engine;
    this.#hasImmediateStats = hasImmediateStats;
  }

  get requestsAtOnce(): number {
    return this.#limits().requestsAtOnce;
  }

  /** `null` when the container does not run, or the engine did not say in time. */
  async read(target: MetricsTarget, signal: AbortSignal): Promise<Counters | null> {
    try {
      const { timeoutMs } = this.#limits();
      const stats = await this.#engine.readStats(target.dockerId, { timeoutMs, signal });
      return stats === null ? null : countersFromStats(stats, target.networkMode);
    } catch (error) {
      signal.throwIfAborted();
      // One sample that is missing is a hole in a chart; the inventory reports an engine that is gone.
      if (toProtocolError(error).code === "internal") throw error;
      return null;
    }
  }

  #limits(): typeof IMMEDIATE {
    return this.#hasImmediateStats() ? IMMEDIATE : WAITING;
  }
}

const countersFromStats = (stats: ContainerStats, networkMode: string): Counters => {
  const hasNetwork = hasOwnNetwork(networkMode);
  return {
    takenAtMs: Number(stats.readAtNs / 1_000n) / 1_000,
    cpuNs: stats.cpuTotalNs,
    memoryUsedBytes: memoryUsed(stats.memoryUsageBytes, stats.totalInactiveFileBytes, stats.inactiveFileBytes),
    memoryLimitBytes: stats.memoryLimitBytes,
    networkRxBytes: hasNetwork ? stats.networkRxBytes : null,
    networkTxBytes: hasNetwork ? stats.networkTxBytes : null,
    blockReadBytes: stats.blockReadBytes,
    blockWriteBytes: stats.blockWriteBytes,
    pids: stats.pids,
    cpuPeriods: stats.cpuPeriods,
    throttledPeriods: stats.throttledPeriods,
  };
};
