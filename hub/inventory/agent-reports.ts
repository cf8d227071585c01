import type { EngineStatus } from "@yardarm/protocol/agent-up/engine-status";
import type { Hello } from "@yardarm/protocol/agent-up/hello";
import type { InventoryDelta } from "@yardarm/protocol/agent-up/inventory-delta";
import type { InventorySnapshot } from "@yardarm/protocol/agent-up/inventory-snapshot";
import type { LogStatus } from "@yardarm/protocol/agent-up/log-status";
import type { Container } from "@yardarm/protocol/container";
import type { Host, HostStatus } from "@yardarm/protocol/host";
import type { ContainerId, DockerId, HostId, OrgId } from "@yardarm/protocol/ids";
import type { Storage } from "../storage/storage.ts";
import type { Fleet, FleetChange } from "./fleet.ts";
import { type ContainerChanges, HostInventory, type InventoryOutcome } from "./host-inventory.ts";
import { hostView } from "./host-view.ts";
import { mayHaveMore, oldestRemoved, REMOVED_SHOWN } from "./removed-containers.ts";

/** What is needed of an agent's connection; who it is comes from the authenticated socket. */
export type ReportingAgent = {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  readonly send: (message: { readonly type: "inventory.request" }) => void;
};

/**
 * MUST assign a log stream to each of these containers on this connection, once, however often they are named; to a removed
 * one only when its log has no end yet.
 */
export type AssignLogs<Agent> = (agent: Agent, containers: readonly Container[]) => void;

export type AgentReportsOptions<Agent> = {
  readonly storage: Storage;
  readonly fleet: Fleet;
  /** Tells every node, this one included. */
  readonly publish: (change: FleetChange) => void;
  readonly assignLogs: AssignLogs<Agent>;
  /** Told of containers that the fleet does not show any more; the agent may still be reading their logs to the end. */
  readonly hidden: (agent: Agent, containerIds: readonly ContainerId[]) => void;
  /** Told of containers that nobody knows any more. */
  readonly forgotten: (hostId: HostId, containerIds: readonly ContainerId[]) => void;
  /** Told once of a host that has more removed containers than are kept for their logs. */
  readonly overflowed: (host: { readonly orgId: OrgId; readonly hostId: HostId }) => void;
  readonly nowNs: () => bigint;
  /** Told of rows that could not be written; the state in memory stays right and the next report writes again. */
  readonly report: (error: unknown) => void;
};

/** What agents say of their hosts, made into the fleet: at once in memory and on screen, right after in the database. */
export class AgentReports<Agent extends ReportingAgent> {
  readonly #options: AgentReportsOptions<Agent>;
  readonly #inventories = new Map<HostId, HostInventory>();
  readonly #overflowed = new Set<HostId>();
  readonly #writes = new Map<HostId, Promise<void>>();

  constructor(options: AgentReportsOptions<Agent>) {
    this.#options = options;
  }

  /** Fills the fleet with what the database remembers; every host is offline until its agent is heard. */
  async load(): Promise<void> {
    const { storage, fleet } = this.#options;
    for (const { orgId } of await storage.system.orgs.list()) {
      const hosts = (await storage.org(orgId).hosts.list()).map((record) =>
        hostView(record, { status: "offline", lastSeenAtNs: null }),
      );
      const containers = await storage.org(orgId).containers.list();
      const keptContainers = [...Map.groupBy(containers, ({ hostId }) => hostId).values()].flatMap((ofHost) =>
        oldestRemoved(ofHost, REMOVED_SHOWN),
      );
      const kept = new Set(keptContainers);
      fleet.apply({ orgId, hosts, containers: containers.filter((one) => !kept.has(one)), keptContainers });
    }
  }

  /** Reads a host's row again after it was created, enrolled or renamed. */
  async refresh(orgId: OrgId, hostId: HostId): Promise<Host | undefined> {
    const record = await this.#options.storage.org(orgId).hosts.find(hostId);
    if (record === undefined) return undefined;
    const before = this.#options.fleet.host(orgId, hostId);
    const status: HostStatus = before === undefined || before.status === "pending" ? "offline" : before.status;
    const host = hostView(record, { status, lastSeenAtNs: before?.lastSeenAtNs ?? null, policy: before?.policy });
    this.#options.publish({ orgId, hosts: [host] });
    return host;
  }

  /** The host was removed: it and its containers leave every screen. */
  async remove(orgId: OrgId, hostId: HostId): Promise<void> {
    this.#inventories.delete(hostId);
    this.#options.publish({ orgId, removedHosts: [hostId] });
    await this.#options.storage.org(orgId).containers.forgetHost(hostId);
  }

  /** Nothing of these kept containers is stored any more. One that is back meanwhile stays. */
  forget(orgId: OrgId, containerIds: readonly ContainerId[]): void {
    const { fleet, storage } = this.#options;
    const gone = containerIds.flatMap((containerId) => fleet.keptContainer(orgId, containerId) ?? []);
    for (const [hostId, containers] of Map.groupBy(gone, (container) => container.hostId)) {
      const removedContainers = containers.map(({ containerId }) => containerId);
      for (const { dockerId } of containers) this.#inventories.get(hostId)?.forget(dockerId);
      this.#options.publish({ orgId, removedContainers });
      this.#options.forgotten(hostId, removedContainers);
      this.#write(hostId, () => storage.org(orgId).containers.forget(removedContainers));
    }
  }

  connected(agent: Agent, hello: Hello): void {
    const { orgId, hostId } = agent;
    const { fleet, nowNs, storage } = this.#options;
    const known = fleet.containersOfHost(orgId, hostId).map(asReported);
    const kept = fleet.keptOfHost(orgId, hostId).map(asReported);
    this.#inventories.set(hostId, new HostInventory({ hostId, nowNs, known, kept }));
    const clockSkewMs = Number((BigInt(hello.clockNs) - nowNs()) / 1_000_000n);
    const { agentVersion, machine, engine, metricsBackend } = hello;
    const report = { agentVersion, machine, engine, metricsBackend, clockSkewMs };
    const lastSeenAtNs = nowNs().toString();
    const policy = hello.policy === undefined ? {} : { policy: hello.policy };
    this.#changeHost(agent, { ...report, ...policy, status: "online", lastSeenAtNs });
    this.#write(hostId, async () => {
      await storage.org(orgId).hosts.setReport(hostId, report);
      await storage.org(orgId).hosts.setLastSeen(hostId, lastSeenAtNs);
    });
  }

  /** The host's status changed: online, stale, offline. */
  presence(host: {
    readonly orgId: OrgId;
    readonly hostId: HostId;
    readonly status: HostStatus;
    readonly lastSeenMs: number;
  }): void {
    const lastSeenAtNs = (BigInt(host.lastSeenMs) * 1_000_000n).toString();
    this.#changeHost(host, { status: host.status, lastSeenAtNs });
    if (host.status === "online") return;
    this.#write(host.hostId, () => this.#options.storage.org(host.orgId).hosts.setLastSeen(host.hostId, lastSeenAtNs));
  }

  /** A second agent with this host's identity was refused. */
  cloned(host: { readonly orgId: OrgId; readonly hostId: HostId }): void {
    const clonedAtNs = this.#options.nowNs().toString();
    this.#changeHost(host, { clonedAtNs });
    this.#write(host.hostId, () => this.#options.storage.org(host.orgId).hosts.setCloned(host.hostId, clonedAtNs));
  }

  engine(agent: Agent, { engine }: EngineStatus): void {
    this.#changeHost(agent, { engine });
    this.#write(agent.hostId, () => this.#options.storage.org(agent.orgId).hosts.setEngine(agent.hostId, engine));
  }

  /** The backend is chosen once the engine is found, which may be after `hello`. */
  metricsBackend(agent: Agent, metricsBackend: NonNullable<Host["metricsBackend"]>): void {
    const host = this.#options.fleet.host(agent.orgId, agent.hostId);
    if (host !== undefined && host.metricsBackend !== metricsBackend) this.#changeHost(agent, { metricsBackend });
  }

  snapshot(agent: Agent, message: InventorySnapshot): void {
    const inventory = this.#inventories.get(agent.hostId);
    const outcome = inventory?.applySnapshot(message);
    if (outcome === undefined || !this.#apply(agent, outcome)) return;
    // All of them, not only the changed ones: to a new connection every stream is new.
    const { fleet, assignLogs } = this.#options;
    assignLogs(agent, [...fleet.containersOfHost(agent.orgId, agent.hostId)].filter(mayHaveMore));
    assignLogs(agent, fleet.keptOfHost(agent.orgId, agent.hostId).filter(mayHaveMore));
  }

  delta(agent: Agent, message: InventoryDelta): void {
    const outcome = this.#inventories.get(agent.hostId)?.applyDelta(message);
    if (outcome === undefined || !this.#apply(agent, outcome) || outcome.kind !== "changed") return;
    this.#options.assignLogs(agent, outcome.containers.filter(exists));
  }

  logStatus(agent: Agent, message: LogStatus): void {
    const changes = this.#inventories.get(agent.hostId)?.applyLogStatus(message);
    if (changes !== undefined) this.#store(agent, changes);
  }

  /** The identity of a container that this host's agent names. */
  containerIdOf(hostId: HostId, dockerId: DockerId): ContainerId | undefined {
    return this.#inventories.get(hostId)?.container(dockerId)?.containerId;
  }

  /** Resolves when everything reported so far is in the database, or was reported as not written. */
  async flush(): Promise<void> {
    await Promise.all(this.#writes.values());
  }

  /** True when the outcome is the whole truth of this host now. */
  #apply(agent: Agent, outcome: InventoryOutcome): boolean {
    if (outcome.kind === "resync") agent.send({ type: "inventory.request" });
    if (outcome.kind !== "changed") return false;
    this.#store(agent, outcome);
    return true;
  }

  #store(agent: Agent, { containers, kept, forgotten }: ContainerChanges): void {
    if (containers.length + kept.length + forgotten.length === 0) return;
    const { orgId, hostId } = agent;
    const { publish, hidden, overflowed, storage } = this.#options;
    publish({ orgId, containers, keptContainers: kept, removedContainers: forgotten });
    if (kept.length > 0) hidden(agent, idsOf(kept));
    if (forgotten.length > 0) {
      this.#options.forgotten(hostId, forgotten);
      if (!this.#overflowed.has(hostId)) overflowed({ orgId, hostId });
      this.#overflowed.add(hostId);
    }
    this.#write(hostId, async () => {
      const rows = storage.org(orgId).containers;
      await rows.upsert([...containers, ...kept]);
      await rows.forget(forgotten);
    });
  }

  #changeHost(host: { readonly orgId: OrgId; readonly hostId: HostId }, changes: Partial<Host>): void {
    const before = this.#options.fleet.host(host.orgId, host.hostId);
    if (before !== undefined) this.#options.publish({ orgId: host.orgId, hosts: [{ ...before, ...changes }] });
  }

  /** Rows of one host are written in the order in which they were reported. */
  #write(hostId: HostId, task: () => Promise<void>): void {
    const before = this.#writes.get(hostId) ?? Promise.resolve();
    const write = before.then(task).catch(this.#options.report);
    this.#writes.set(hostId, write);
    void write.then(() => {
      if (this.#writes.get(hostId) === write) this.#writes.delete(hostId);
    });
  }
}

/** What protects it is the fleet's to say; compared with what an agent reports, it would be a change of every container. */
const asReported = ({ protection: _judged, ...container }: Container): Container => container;

const exists = (container: Container): boolean => container.removedAtNs === null;

const idsOf = (containers: readonly Container[]): readonly ContainerId[] =>
  containers.map(({ containerId }) => containerId);
