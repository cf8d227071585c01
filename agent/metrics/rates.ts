/** Turns successive readings of a container into samples. Whatever cannot be known is `null`: never zero, never a spike. */
import type { DockerId } from "@yardarm/protocol/ids";
import type { ContainerSample } from "@yardarm/protocol/metrics";
import type { Counters, MetricsTarget } from "./counters.ts";

type Before = { readonly startedAtNs: bigint | null; readonly source: string; readonly counters: Counters };

/** Below this, the granularity of the counters (10 ms ticks in places) is most of the result. */
const SHORTEST_INTERVAL_MS = 100;

export class RateTracker {
  readonly #before = new Map<DockerId, Before>();

  /**
   * The sample that ends with this reading. Rates are unknown after a new start, a change of `source` (clocks differ)
   * and for every counter that went back.
   */
  next(target: MetricsTarget, source: string, now: Counters): ContainerSample {
    const { dockerId, startedAtNs } = target;
    const known = this.#before.get(dockerId);
    const isSameRun = known !== undefined && known.startedAtNs === startedAtNs && known.source === source;
    const before = isSameRun ? known.counters : null;
    const elapsedMs = before === null ? 0 : now.takenAtMs - before.takenAtMs;
    if (before === null || elapsedMs >= SHORTEST_INTERVAL_MS || elapsedMs < 0) {
      this.#before.set(dockerId, { startedAtNs, source, counters: now });
    }
    const perSecond = (key: RateKey): number | null => {
      const difference = before === null ? null : increase(before[key], now[key]);
      return difference === null || elapsedMs < SHORTEST_INTERVAL_MS ? null : (difference / elapsedMs) * 1_000;
    };
    return {
      dockerId,
      cpuCores: rounded(perSecond("cpuNs"), 1e-9, 4),
      memoryUsedBytes: now.memoryUsedBytes,
      memoryLimitBytes: now.memoryLimitBytes,
      networkRxBytesPerSecond: rounded(perSecond("networkRxBytes"), 1, 0),
      networkTxBytesPerSecond: rounded(perSecond("networkTxBytes"), 1, 0),
      blockReadBytesPerSecond: rounded(perSecond("blockReadBytes"), 1, 0),
      blockWriteBytesPerSecond: rounded(perSecond("blockWriteBytes"), 1, 0),
      pids: now.pids,
      throttledRatio: before === null ? null : throttledRatio(before, now),
    };
  }

  /** Whether the next sample can have rates: this run of the container has been read before. */
  knows(target: MetricsTarget): boolean {
    const before = this.#before.get(target.dockerId);
    return before !== undefined && before.startedAtNs === target.startedAtNs;
  }

  /** Drops what is remembered of containers that are not in `running`. */
  forgetExcept(running: ReadonlySet<DockerId>): void {
    for (const dockerId of this.#before.keys()) {
      if (!running.has(dockerId)) this.#before.delete(dockerId);
    }
  }
}

type RateKey = "cpuNs" | "networkRxBytes" | "networkTxBytes" | "blockReadBytes" | "blockWriteBytes";

const increase = (before: number | null, now: number | null): number | null =>
  before === null || now === null || now < before ? null : now - before;

/** Without a quota there are no periods, and no answer; with one, a quiet interval was not throttled. */
const throttledRatio = (before: Counters, now: Counters): number | null => {
  const periods = increase(before.cpuPeriods, now.cpuPeriods);
  const throttled = increase(before.throttledPeriods, now.throttledPeriods);
  if (periods === null || throttled === null || now.cpuPeriods === 0) return null;
  return periods === 0 ? 0 : rounded(Math.min(1, throttled / periods), 1, 4);
};

/** Digits beyond the counters' own precision would only make messages longer. */
const rounded = (value: number | null, factor: number, digits: number): number | null =>
  value === null ? null : Number((value * factor).toFixed(digits));
