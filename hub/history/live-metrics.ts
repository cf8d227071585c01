import type { AgentMetrics } from "@yardarm/protocol/agent-up/metrics";
import type { ClientMetrics, ClientSample } from "@yardarm/protocol/client-down/metrics";
import type { ContainerId, DockerId, HostId, OrgId } from "@yardarm/protocol/ids";
import { noSamples, type SampleColumns, SampleRing } from "./sample-ring.ts";

const KEPT_MS = 15 * 60_000;
const NORMAL_INTERVAL_MS = 5_000;
/** Sampling interval of a container that somebody watches (METR-01). */
export const WATCHED_INTERVAL_MS = 1_000;

/** One tick of one host with the containers' lasting identities, as it travels over the bus. */
export type MetricsTick = {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  readonly tsNs: string;
  readonly intervalMs: number;
  readonly host: AgentMetrics["host"];
  readonly containers: readonly ClientSample[];
};

export type MetricsListener = (tick: ClientMetrics) => void;

/** MUST tell the host's agent to sample exactly these containers at the fast rate; the list replaces the one before. */
export type WatchHost = (hostId: HostId, containerIds: readonly ContainerId[]) => void;

/** A tick that is older is not shown to a new viewer: what it says may no longer be so. */
const FRESH_MS = 3 * NORMAL_INTERVAL_MS;

type LastTick = { readonly orgId: OrgId; readonly atMs: number; readonly tick: ClientMetrics };

type Listener = {
  readonly orgId: OrgId;
  readonly containerId: ContainerId | null;
  readonly listener: MetricsListener;
};

/** Maps an agent's tick to containers; samples of containers that the hub does not know yet are left out. */
export const toTick = (
  source: { readonly orgId: OrgId; readonly hostId: HostId },
  message: AgentMetrics,
  containerIdOf: (dockerId: DockerId) => ContainerId | undefined,
): MetricsTick => ({
  orgId: source.orgId,
  hostId: source.hostId,
  tsNs: message.tsNs,
  intervalMs: message.intervalMs,
  host: message.host,
  containers: message.containers.flatMap(({ dockerId, ...values }) => {
    const containerId = containerIdOf(dockerId);
    return containerId === undefined ? [] : [{ ...values, containerId }];
  }),
});

/** The last 15 minutes of every container in memory, and who watches what at which rate. */
export class LiveMetrics {
  readonly #watchHost: WatchHost;
  readonly #nowMs: () => number;
  /** The last whole tick of each host. */
  readonly #last = new Map<HostId, LastTick>();
  readonly #rings = new Map<ContainerId, SampleRing>();
  readonly #listeners = new Set<Listener>();
  readonly #watched = new Map<HostId, Map<ContainerId, number>>();

  constructor(options: { readonly watchHost: WatchHost; readonly nowMs: () => number }) {
    this.#watchHost = options.watchHost;
    this.#nowMs = options.nowMs;
  }

  /** Keeps a tick and passes it on to those who subscribed to its containers. */
  apply(tick: MetricsTick): void {
    const tsMs = Number(BigInt(tick.tsNs) / 1_000_000n);
    for (const sample of tick.containers) this.#ring(sample.containerId).push(tsMs, sample);
    const message = {
      type: "metrics" as const,
      hostId: tick.hostId,
      tsNs: tick.tsNs,
      intervalMs: tick.intervalMs,
      host: tick.host,
    };
    const whole: ClientMetrics = { ...message, containers: [...tick.containers] };
    const isWhole = tick.intervalMs > WATCHED_INTERVAL_MS;
    if (isWhole) this.#last.set(tick.hostId, { orgId: tick.orgId, atMs: this.#nowMs(), tick: whole });
    for (const { orgId, containerId, listener } of this.#listeners) {
      if (orgId !== tick.orgId) continue;
      if (containerId === null) {
        if (isWhole) listener(whole);
        continue;
      }
      const sample = tick.containers.find((candidate) => candidate.containerId === containerId);
      if (sample !== undefined) listener({ ...message, containers: [sample] });
    }
  }

  /** Containers of which samples are kept. */
  get size(): number {
    return this.#rings.size;
  }

  /** Samples of the last `rangeMs` before `nowMs`; empty columns for a container without any. */
  history(containerId: ContainerId, nowMs: number, rangeMs: number): SampleColumns {
    return this.#rings.get(containerId)?.read(nowMs - Math.min(rangeMs, KEPT_MS)) ?? noSamples();
  }

  /** All containers of an org, at the normal rate; what every host said last comes at once. */
  subscribeAll(orgId: OrgId, listener: MetricsListener): () => void {
    const oldestMs = this.#nowMs() - FRESH_MS;
    for (const last of this.#last.values()) if (last.orgId === orgId && last.atMs >= oldestMs) listener(last.tick);
    return this.#add({ orgId, containerId: null, listener });
  }

  /** One container, at the fast rate from the first subscriber until the last one leaves. */
  subscribe(target: { orgId: OrgId; hostId: HostId; containerId: ContainerId }, listener: MetricsListener): () => void {
    const remove = this.#add({ orgId: target.orgId, containerId: target.containerId, listener });
    this.#count(target.hostId, target.containerId, 1);
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      remove();
      this.#count(target.hostId, target.containerId, -1);
    };
  }

  /** The containers of a host that are watched now: what a reconnected agent must be told. */
  watchedOn(hostId: HostId): readonly ContainerId[] {
    return [...(this.#watched.get(hostId)?.keys() ?? [])];
  }

  /** Forgets a container that the fleet no longer shows. */
  forget(containerIds: readonly ContainerId[]): void {
    for (const containerId of containerIds) this.#rings.delete(containerId);
  }

  #add(entry: Listener): () => void {
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  #count(hostId: HostId, containerId: ContainerId, step: 1 | -1): void {
    let watched = this.#watched.get(hostId);
    if (watched === undefined) {
      watched = new Map();
      this.#watched.set(hostId, watched);
    }
    const before = watched.get(containerId) ?? 0;
    const after = before + step;
    if (after > 0) watched.set(containerId, after);
    else watched.delete(containerId);
    if (before === 0 || after === 0) this.#watchHost(hostId, [...watched.keys()]);
    if (watched.size === 0) this.#watched.delete(hostId);
  }

  #ring(containerId: ContainerId): SampleRing {
    let ring = this.#rings.get(containerId);
    if (ring === undefined) {
      ring = new SampleRing({ capacity: KEPT_MS / NORMAL_INTERVAL_MS, minGapMs: NORMAL_INTERVAL_MS * 0.8 });
      this.#rings.set(containerId, ring);
    }
    return ring;
  }
}
