import { NS_PER_MS, NS_PER_SECOND } from "../clock.ts";
import { type Load, type Wander, integralTo, valueAt } from "./load.ts";

/** Counters since the container's start; gauges as they are now. */
export interface LoadReading {
  readonly cpuNs: bigint;
  readonly throttledNs: bigint;
  readonly memoryBytes: number;
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
  readonly blockReadBytes: number;
  readonly blockWriteBytes: number;
  readonly pids: number;
}

const RATES = [
  "cpuCores",
  "networkRxBytesPerSecond",
  "networkTxBytesPerSecond",
  "blockReadBytesPerSecond",
  "blockWriteBytesPerSecond",
] as const;
type Rate = (typeof RATES)[number];

/** Turns a load into the counters of one run of a container. Nothing is sampled: a reading is computed when asked for. */
export class LoadMeter {
  readonly #seed: number;
  readonly #cpuLimitCores: number | undefined;
  readonly #startedNs: bigint;
  #load: Load;
  /** Counted before `#sinceNs`. */
  #counted: Record<Rate, number> = {
    cpuCores: 0,
    networkRxBytesPerSecond: 0,
    networkTxBytesPerSecond: 0,
    blockReadBytesPerSecond: 0,
    blockWriteBytesPerSecond: 0,
  };
  #throttledSeconds = 0;
  #sinceNs: bigint;
  /** Set while paused: nothing is used, nothing wanders. */
  #frozenNs: bigint | undefined;

  constructor(options: {
    readonly load: Load;
    readonly seed: number;
    readonly nowNs: bigint;
    readonly cpuLimitCores: number | undefined;
  }) {
    this.#load = options.load;
    this.#seed = options.seed;
    this.#startedNs = options.nowNs;
    this.#sinceNs = options.nowNs;
    this.#cpuLimitCores = options.cpuLimitCores;
  }

  setLoad(load: Load, nowNs: bigint): void {
    this.#settle(nowNs);
    this.#load = load;
  }

  freeze(nowNs: bigint): void {
    this.#settle(nowNs);
    this.#frozenNs = nowNs;
  }

  thaw(nowNs: bigint): void {
    this.#sinceNs = nowNs;
    this.#frozenNs = undefined;
  }

  read(nowNs: bigint): LoadReading {
    const seconds = this.#secondsFrom(this.#sinceNs, nowNs);
    const total = (rate: Rate): number => this.#counted[rate] + this.#used(rate, seconds);
    return {
      cpuNs: BigInt(Math.round(total("cpuCores") * 1e6)) * 1000n,
      throttledNs: BigInt(Math.round((this.#throttledSeconds + this.#throttled(seconds)) * 1e6)) * 1000n,
      memoryBytes: Math.round(
        valueAt(this.#load.memoryBytes, this.#seed + 101, this.#secondsFrom(this.#startedNs, nowNs)),
      ),
      networkRxBytes: Math.floor(total("networkRxBytesPerSecond")),
      networkTxBytes: Math.floor(total("networkTxBytesPerSecond")),
      blockReadBytes: Math.floor(total("blockReadBytesPerSecond")),
      blockWriteBytes: Math.floor(total("blockWriteBytesPerSecond")),
      pids: this.#load.pids,
    };
  }

  #settle(nowNs: bigint): void {
    const seconds = this.#secondsFrom(this.#sinceNs, nowNs);
    for (const rate of RATES) this.#counted[rate] += this.#used(rate, seconds);
    this.#throttledSeconds += this.#throttled(seconds);
    this.#sinceNs = nowNs;
  }

  #secondsFrom(fromNs: bigint, nowNs: bigint): number {
    const elapsedNs = (this.#frozenNs ?? nowNs) - fromNs;
    return elapsedNs <= 0n ? 0 : Number(elapsedNs / NS_PER_MS) / 1000 + Number(elapsedNs % NS_PER_MS) / 1e9;
  }

  #used(rate: Rate, seconds: number): number {
    return integralTo(this.#capped(rate), this.#seed + RATES.indexOf(rate), seconds);
  }

  /** A limited container wanders below its limit; what it would have liked beyond it shows as throttling. */
  #capped(rate: Rate): Wander {
    const wander = this.#load[rate];
    if (rate !== "cpuCores" || this.#cpuLimitCores === undefined) return wander;
    const base = Math.min(wander.base, this.#cpuLimitCores);
    return { base, swing: Math.min(wander.swing, this.#cpuLimitCores - base) };
  }

  #throttled(seconds: number): number {
    const wanted = this.#load.cpuCores.base + this.#load.cpuCores.swing;
    return this.#cpuLimitCores === undefined || wanted <= this.#cpuLimitCores
      ? 0
      : seconds * Math.min(1, (wanted - this.#cpuLimitCores) / wanted);
  }
}

/** CPU time of the whole host since it started, in the 10 ms ticks of `/proc/stat`. */
export const systemCpuNs = (uptimeNs: bigint, cpus: number): bigint => {
  const tickNs = NS_PER_SECOND / 100n;
  return ((uptimeNs * BigInt(cpus)) / tickNs) * tickNs;
};
