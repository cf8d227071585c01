/** Ticks, reads every running container by the cheaper way that works for it, and sends one message per tick. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { AgentMetrics } from "@yardarm/protocol/agent-up/metrics";
import type { DockerId } from "@yardarm/protocol/ids";
import type { ContainerSample } from "@yardarm/protocol/metrics";
import type { ApiBackend } from "./api-backend.ts";
import type { CgroupBackend } from "./cgroup-backend.ts";
import type { MetricsTarget } from "./counters.ts";
import type { HostSampler } from "./host-sampler.ts";
import { RateTracker } from "./rates.ts";
import { stretchedIntervalMs, type TickCost } from "./tick-interval.ts";

export type MetricsBackendName = AgentMetrics["backend"];

export interface MetricsClock {
  /** Milliseconds from an arbitrary start, never set. */
  monotonicMs(): number;
  /** Wall clock, ns since the epoch. */
  nowNs(): bigint;
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

export type CollectorOptions = {
  /** All containers of the host; only those that run are read. */
  readonly targets: () => Iterable<MetricsTarget>;
  /** `null` where the kernel's files cannot be seen (`choose-backend.ts`). */
  readonly cgroup: CgroupBackend | null;
  readonly api: ApiBackend;
  /** `null` when the engine's host is not the machine that this agent can look at. */
  readonly host: HostSampler | null;
  readonly clock: MetricsClock;
  readonly send: (message: AgentMetrics) => void;
  readonly intervalMs: number;
};

/** One message names at most so many; a thousand samples are about 350 KB. */
const SAMPLES_PER_MESSAGE = 1_000;
/** After a container's first reading, which has no rates. */
const FIRST_RATE_MS = 1_000;
/** Kernel files are read at once; after so many containers, log lines may pass. */
const READS_PER_TURN = 16;
/** A stretch needs several expensive ticks in a row, so that one pause of the machine does not count. */
const COSTS_REMEMBERED = 3;

export class Collector {
  readonly #options: CollectorOptions;
  readonly #rates = new RateTracker();
  /** Containers that the engine could read and the kernel's files could not, with the start for which that holds. */
  readonly #onlyByApi = new Map<DockerId, bigint | null>();
  #watched: ReadonlySet<DockerId> = new Set();
  #watchIntervalMs = 0;
  /** Read for the first time in the last tick: read once more soon, so that their rates need not wait for the next. */
  #fresh: ReadonlySet<DockerId> = new Set();
  #costs: TickCost[] = [];
  #allDueMs = 0;
  #watchDueMs = 0;
  #wake: (() => void) | null = null;
  #backend: MetricsBackendName;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#backend = options.cgroup === null ? "api" : "cgroup";
  }

  /** How containers were read in the last full tick. */
  get backend(): MetricsBackendName {
    return this.#backend;
  }

  /** What somebody watches is read every `intervalMs` from now on; the list replaces the one before. */
  watch(dockerIds: Iterable<DockerId>, intervalMs: number): void {
    this.#watched = new Set(dockerIds);
    this.#watchIntervalMs = intervalMs;
    this.#watchDueMs = this.#options.clock.monotonicMs();
    this.#wake?.();
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    this.#allDueMs = clock.monotonicMs();
    while (!signal.aborted) {
      const nowMs = clock.monotonicMs();
      try {
        if (nowMs >= this.#allDueMs) await this.#tickAll(signal);
        else if (this.#isWatchDue(nowMs)) await this.#tickWatched(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      await this.#waitUntilDue(signal);
    }
  }

  async #tickAll(signal: AbortSignal): Promise<void> {
    const { clock, host, intervalMs } = this.#options;
    const beganMs = clock.monotonicMs();
    const tsNs = clock.nowNs();
    const targets = this.#running(() => true);
    const running = new Set(targets.map((target) => target.dockerId));
    this.#forgetExcept(running);
    const known = new Set(targets.filter((target) => this.#rates.knows(target)).map((target) => target.dockerId));
    const { samples, byKernel, cost } = await this.#read(targets, signal);
    if (samples.length > 0) this.#backend = byKernel > 0 ? "cgroup" : "api";
    this.#fresh = new Set(samples.map((sample) => sample.dockerId).filter((dockerId) => !known.has(dockerId)));
    this.#costs = [...this.#costs, cost].slice(-COSTS_REMEMBERED);
    const stretchedMs = stretchedIntervalMs(intervalMs, this.#costs);
    this.#allDueMs = beganMs + stretchedMs;
    this.#watchDueMs = beganMs + this.#fastIntervalMs;
    this.#sendSamples({ tsNs, intervalMs: stretchedMs, host: host?.sample() ?? null, samples });
  }

  async #tickWatched(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const tsNs = clock.nowNs();
    const intervalMs = this.#fastIntervalMs;
    this.#watchDueMs = clock.monotonicMs() + intervalMs;
    const fresh = this.#fresh;
    this.#fresh = new Set();
    const targets = this.#running(({ dockerId }) => this.#watched.has(dockerId) || fresh.has(dockerId));
    const { samples } = await this.#read(targets, signal);
    if (samples.length > 0) this.#sendSamples({ tsNs, intervalMs, host: null, samples });
  }

  #isWatchDue(nowMs: number): boolean {
    return this.#hasFastTick && nowMs >= this.#watchDueMs;
  }

  get #hasFastTick(): boolean {
    return this.#watched.size > 0 || this.#fresh.size > 0;
  }

  get #fastIntervalMs(): number {
    return this.#watched.size > 0 ? this.#watchIntervalMs : FIRST_RATE_MS;
  }

  #running(isWanted: (target: MetricsTarget) => boolean): MetricsTarget[] {
    const targets: MetricsTarget[] = [];
    for (const target of this.#options.targets()) {
      if ((target.state === "running" || target.state === "paused") && isWanted(target)) targets.push(target);
    }
    return targets;
  }

  async #read(
    targets: readonly MetricsTarget[],
    signal: AbortSignal,
  ): Promise<{ readonly samples: ContainerSample[]; readonly byKernel: number; readonly cost: TickCost }> {
    const { clock } = this.#options;
    const beganMs = clock.monotonicMs();
    const samples: ContainerSample[] = [];
    const remaining: MetricsTarget[] = [];
    let busyMs = 0;
    for (let start = 0; start < targets.length; start += READS_PER_TURN) {
      const turnMs = clock.monotonicMs();
      for (const target of targets.slice(start, start + READS_PER_TURN)) {
        const sample = this.#readKernel(target);
        if (sample === null) remaining.push(target);
        else samples.push(sample);
      }
      busyMs += clock.monotonicMs() - turnMs;
      await nextTurn();
    }
    const byKernel = samples.length;
    const byApi = await this.#readApi(remaining, signal);
    samples.push(...byApi);
    const tookMs = clock.monotonicMs() - beganMs;
    return { samples, byKernel, cost: { busyMs, apiReads: remaining.length, tookMs } };
  }

  #readKernel(target: MetricsTarget): ContainerSample | null {
    const { cgroup } = this.#options;
    if (cgroup === null || this.#isOnlyByApi(target)) return null;
    const counters = cgroup.read(target);
    return counters === null ? null : this.#rates.next(target, "cgroup", counters);
  }

  async #readApi(targets: readonly MetricsTarget[], signal: AbortSignal): Promise<ContainerSample[]> {
    const { api } = this.#options;
    const samples: ContainerSample[] = [];
    const waiting = targets.values();
    const worker = async (): Promise<void> => {
      for (const target of waiting) {
        const counters = await api.read(target, signal);
        if (counters === null) continue;
        // The engine says it runs, so what hid it from the kernel's files lasts as long as this run of it.
        this.#onlyByApi.set(target.dockerId, target.startedAtNs);
        samples.push(this.#rates.next(target, "api", counters));
      }
    };
    await Promise.all(Array.from({ length: Math.min(api.requestsAtOnce, targets.length) }, worker));
    return samples;
  }

  #isOnlyByApi(target: MetricsTarget): boolean {
    return this.#onlyByApi.has(target.dockerId) && this.#onlyByApi.get(target.dockerId) === target.startedAtNs;
  }

  #forgetExcept(running: ReadonlySet<DockerId>): void {
    this.#rates.forgetExcept(running);
    this.#options.cgroup?.forgetExcept(running);
    for (const dockerId of this.#onlyByApi.keys()) {
      if (!running.has(dockerId)) this.#onlyByApi.delete(dockerId);
    }
  }

  #sendSamples(tick: {
    readonly tsNs: bigint;
    readonly intervalMs: number;
    readonly host: AgentMetrics["host"];
    readonly samples: readonly ContainerSample[];
  }): void {
    const { intervalMs, samples } = tick;
    for (let start = 0; start === 0 || start < samples.length; start += SAMPLES_PER_MESSAGE) {
      this.#options.send({
        type: "metrics",
        tsNs: String(tick.tsNs),
        intervalMs,
        backend: this.#backend,
        host: start === 0 ? tick.host : null,
        containers: samples.slice(start, start + SAMPLES_PER_MESSAGE),
      });
    }
  }

  #waitUntilDue(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const dueMs = this.#hasFastTick ? Math.min(this.#allDueMs, this.#watchDueMs) : this.#allDueMs;
      const finish = (): void => {
        this.#wake = null;
        cancel();
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const cancel = clock.setTimer(Math.max(0, dueMs - clock.monotonicMs()), finish);
      this.#wake = finish;
      signal.addEventListener("abort", finish);
      if (signal.aborted) finish();
    });
  }
}
