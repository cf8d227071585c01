import { type Action, type ActionState, type ActionVerb, isSettled } from "@yardarm/protocol/action";
import type { ClientDown } from "@yardarm/protocol/client-down/down";
import type { ClientMetrics } from "@yardarm/protocol/client-down/metrics";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { type ActionId, asId, type BulkId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { MockLogs } from "./mock-log.ts";
import { makeContainer, makeHost } from "./samples.ts";

/** The mock hub's world: hosts and containers that keep their state, samples that move, actions that take their time. */

export type Listener = (message: ClientDown) => void;

const nowNs = (): string => `${BigInt(Date.now()) * 1_000_000n}`;
const agoNs = (seconds: number): string => `${(BigInt(Date.now()) - BigInt(seconds) * 1_000n) * 1_000_000n}`;

const HOUR = 3_600;

/** A small fleet that shows every state once, and `extra` more running containers. */
export const makeWorld = (extra: number): { readonly hosts: Host[]; readonly containers: Container[] } => {
  const id = (index: number): HostId => asId<HostId>(`hst_${String(index).padStart(20, "0")}`);
  const hosts = [
    makeHost({ hostId: id(1), name: "fra-1", lastSeenAtNs: nowNs() }),
    makeHost({
      hostId: id(2),
      name: "fra-2",
      lastSeenAtNs: nowNs(),
      clockSkewMs: -4_200,
      policy: {
        mode: "read_only",
        reason: null,
        allowedVerbs: [],
        protectedOverride: false,
        logs: true,
        readThrough: true,
        environment: false,
        deniedActions: 0,
        deniedReads: 1,
        redactionRules: 2,
      },
    }),
    makeHost({ hostId: id(3), name: "nyc-1", status: "offline", lastSeenAtNs: agoNs(190) }),
  ];
  const compose = (project: string, service: string) => ({ compose: { project, service, number: 1 } });
  const port = (hostPort: number, containerPort: number) => ({
    ports: [{ containerPort, hostPort, protocol: "tcp", hostIp: "0.0.0.0" }],
  });
  const started = (seconds: number) => ({ startedAtNs: agoNs(seconds), createdAtNs: agoNs(seconds + 2) });
  const ended = (seconds: number, exitCode: number) =>
    ({ state: "exited", exitCode, finishedAtNs: agoNs(seconds) }) as const;
  const on = (host: number, name: string, fields: Partial<Container>): Container =>
    makeContainer({ hostId: id(host), name, ...started(26 * HOUR), ...fields });
  const containers = [
    on(1, "shop-web-1", {
      image: "registry.example.com/shop/web:2.14.0",
      health: "healthy",
      ...compose("shop", "web"),
      ...port(8080, 80),
    }),
    on(1, "shop-worker-1", { image: "registry.example.com/shop/worker:2.14.0", ...compose("shop", "worker") }),
    on(1, "shop-db-1", {
      image: "postgres:17",
      health: "healthy",
      labels: { "yardarm.protected": "true", "com.example.team": "shop" },
      memoryLimitBytes: 512 * 1024 ** 2,
      stopGraceSeconds: 45,
      ...compose("shop", "db"),
    }),
    on(1, "shop-mail-1", { image: "mailer:1", health: "unhealthy", ...compose("shop", "mail"), ...started(900) }),
    on(1, "migrate", {
      image: "registry.example.com/shop/web:2.14.0",
      ...ended(3 * HOUR, 0),
      ...compose("shop", "migrate"),
    }),
    on(2, "importer", { image: "importer:nightly", ...ended(400, 137), oomKilled: true }),
    on(2, "flaky", {
      image: "busybox",
      state: "restarting",
      restartCount: 7,
      exitCode: 1,
      logSource: { kind: "api", behindMs: 12_400, reason: "the engine's log files cannot be opened" },
    }),
    on(2, "paused-job", { image: "busybox:1.37", state: "paused", logSource: { kind: "file", behindMs: 0 } }),
    on(2, "warming-up", {
      image: "search:8",
      health: "starting",
      ...started(12),
      logSource: { kind: "pending", reason: "40 logs are read at once already" },
    }),
    on(2, "yardarm-agent", { image: "yardarm/agent:0.1.0", isAgent: true }),
    on(2, "created-only", { image: "busybox", state: "created", startedAtNs: null }),
    on(2, "old-web", { image: "nginx:1.27", ...ended(7_000, 0), removedAtNs: agoNs(6_900) }),
    on(3, "edge-proxy", { image: "traefik:3.6", ...port(443, 443) }),
    on(3, "edge-cache", { image: "varnish:7" }),
  ];
  for (let index = 0; index < extra; index += 1) {
    containers.push(on(1 + (index % 2), `svc-${index}`, { image: `svc:${index % 40}`, ...started(index * 60) }));
  }
  return { hosts, containers };
};

/** What a verb leaves behind, and how long it takes. */
const EFFECTS: Readonly<
  Record<ActionVerb, { readonly steps: readonly Partial<Container>[]; readonly stepMs: number }>
> = {
  START: { steps: [{ state: "running", exitCode: null }], stepMs: 300 },
  STOP: { steps: [{ state: "exited", exitCode: 0 }], stepMs: 900 },
  RESTART: {
    steps: [
      { state: "exited", exitCode: 0 },
      { state: "running", exitCode: null },
    ],
    stepMs: 700,
  },
  PAUSE: { steps: [{ state: "paused" }], stepMs: 150 },
  UNPAUSE: { steps: [{ state: "running" }], stepMs: 150 },
  KILL: { steps: [{ state: "exited", exitCode: 137 }], stepMs: 150 },
};

const ENDING_ERRORS = {
  failed: { code: "engine_error", message: "The engine said: cannot stop container: permission denied." },
  unknown: {
    code: "agent_timeout",
    message: "The agent stopped reporting. What became of the action is settled when it is back.",
  },
} as const;

export class MockFleet {
  readonly logs = new MockLogs();
  readonly hosts = new Map<HostId, Host>();
  readonly containers = new Map<ContainerId, Container>();
  /** Every action so far, oldest first, as it stands. */
  readonly actions: Action[] = [];
  /** Names of containers whose actions do not succeed, and how they end instead; `running` does not end. */
  readonly endings = new Map<string, "failed" | "unknown" | "running">();
  /** Whether somebody tampered with the audit. */
  isAuditBroken = false;
  readonly #listeners = new Set<Listener>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #revision = 1;

  constructor(world: { readonly hosts: readonly Host[]; readonly containers: readonly Container[] }) {
    for (const host of world.hosts) this.hosts.set(host.hostId, host);
    for (const container of world.containers) this.containers.set(container.containerId, container);
  }

  /** The fleet in pages of 500 containers, then everything that changes, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    const all = [...this.containers.values()];
    const pages = Math.max(1, Math.ceil(all.length / 500));
    for (let page = 0; page < pages; page += 1) {
      listener({
        type: "inventory.snapshot",
        revision: this.#revision,
        page,
        last: page === pages - 1,
        hosts: page === 0 ? [...this.hosts.values()] : [],
        containers: all.slice(page * 500, (page + 1) * 500),
      });
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(changes: { readonly hosts?: readonly Host[]; readonly containers?: readonly Container[] }): void {
    for (const host of changes.hosts ?? []) this.hosts.set(host.hostId, host);
    for (const container of changes.containers ?? []) this.containers.set(container.containerId, container);
    this.#revision += 1;
    this.#tell({
      type: "inventory.delta",
      revision: this.#revision,
      hosts: [...(changes.hosts ?? [])],
      containers: [...(changes.containers ?? [])],
      removedHosts: [],
      removedContainers: [],
    });
  }

  /** Runs an action as an agent would: state by state, the container changing by itself. */
  async act(container: Container, verb: ActionVerb, reason: string, actor: string, bulkId?: BulkId): Promise<Action> {
    const requestedAtNs = nowNs();
    const index = this.actions.length;
    let action: Action = {
      actionId: asId<ActionId>(`act_${String(index).padStart(20, "0")}`),
      ...{ containerId: container.containerId, hostId: container.hostId, verb, reason, actor, requestedAtNs },
      ...{ state: "requested", settledAtNs: null, error: null, steps: [{ state: "requested", atNs: requestedAtNs }] },
      ...(bulkId === undefined ? {} : { bulkId }),
    };
    const move = async (state: ActionState, delayMs: number, facts: Partial<Action> = {}): Promise<void> => {
      await this.#wait(delayMs);
      const steps = [...(action.steps ?? []), { state, atNs: nowNs() }];
      action = { ...action, ...facts, state, steps, settledAtNs: isSettled(state) ? nowNs() : null };
      this.actions[index] = action;
      this.#tell({ type: "action.update", action });
    };
    this.actions[index] = action;
    this.#tell({ type: "action.update", action });
    await move("sent", 10);
    await move("accepted", 25);
    await move("running", 5);
    const ending = this.endings.get(container.name);
    if (ending !== undefined) {
      if (ending === "running") await this.#forever();
      await move(ending, 300, { error: ENDING_ERRORS[ending === "failed" ? "failed" : "unknown"] });
      return action;
    }
    const { steps, stepMs } = EFFECTS[verb];
    for (const step of steps) {
      await this.#wait(stepMs);
      const present = this.containers.get(container.containerId) ?? container;
      const stamp = step.state === "running" ? { startedAtNs: nowNs() } : { finishedAtNs: nowNs() };
      this.change({ containers: [{ ...present, ...step, ...stamp }] });
    }
    await move("succeeded", 40);
    return action;
  }

  /** One tick of a host's samples; smooth, so that charts look like charts. */
  metrics(hostId: HostId, only: ReadonlySet<ContainerId> | null, intervalMs: number): ClientMetrics {
    const seconds = Date.now() / 1_000;
    const containers = [...this.containers.values()].filter(
      (container) =>
        container.hostId === hostId &&
        container.state === "running" &&
        container.removedAtNs === null &&
        (only === null || only.has(container.containerId)),
    );
    return {
      type: "metrics",
      hostId,
      tsNs: nowNs(),
      intervalMs,
      host: { cpuRatio: 0.23, load1: 1.7, memoryUsedBytes: 11e9, memoryTotalBytes: 33_554_432_000, swapUsedBytes: 0 },
      containers: containers.map((container) => sampleOf(container, seconds)),
    };
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #forever(): Promise<never> {
    return new Promise(() => {});
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, delayMs);
      this.#timers.add(timer);
    });
  }

  #tell(message: ClientDown): void {
    for (const listener of this.#listeners) listener(message);
  }
}

/** A container's values at a moment: waves whose shape depends on its name. */
export const sampleOf = (container: Container, seconds: number): ClientMetrics["containers"][number] => {
  const seed = Buffer.from(container.name).reduce((sum, byte) => sum + byte, 0);
  const wave = (periodSeconds: number): number => (Math.sin((seconds / periodSeconds) * 2 * Math.PI + seed) + 1) / 2;
  return {
    containerId: container.containerId,
    cpuCores: (seed % 7) * 0.05 + 0.3 * wave(90) + 0.1 * wave(13),
    memoryUsedBytes: (40 + (seed % 200) + 60 * wave(400)) * 1024 ** 2,
    memoryLimitBytes: container.memoryLimitBytes,
    networkRxBytesPerSecond: 90_000 * wave(60),
    networkTxBytesPerSecond: 30_000 * wave(45),
    blockReadBytesPerSecond: 0,
    blockWriteBytesPerSecond: 12_000 * wave(33),
    pids: 4 + (seed % 9),
    throttledRatio: 0,
  };
};
