import { asId, type DockerId } from "@yardarm/protocol/ids";
import { type SimulatorClock, NS_PER_SECOND, systemClock } from "./clock.ts";
import { hasOwnNetwork, imageOf, networkIdOf, networkModeOf } from "./container/container-json.ts";
import type { ContainerSpec } from "./container/container-spec.ts";
import type { ContainerEngine } from "./container/container-engine.ts";
import { SimulatedContainer } from "./container/simulated-container.ts";
import type { StatsHost } from "./container/stats-json.ts";
import type { EngineIdentity } from "./engine-info.ts";
import { DOCKER_24_0, type EngineProfile } from "./engine-profile.ts";
import { badParameter, conflict } from "./engine-refusal.ts";
import { EventLog } from "./event-log.ts";
import { FaultPlan } from "./faults.ts";
import { answerRequest } from "./http/engine-api.ts";
import { type ListenAddress, Listener } from "./http/listener.ts";
import { hexFrom, seedFrom } from "./noise.ts";

export interface SimulatedEngineOptions {
  /** The host's name; also part of what ids are derived from. */
  readonly name: string;
  readonly seed: number;
  readonly address: ListenAddress;
  /** Default: the machine's time. */
  readonly clock?: SimulatorClock;
  /** Default `DOCKER_24_0`. */
  readonly profile?: EngineProfile;
  /** Default 4. */
  readonly cpus?: number;
  /** Default 8 GiB. */
  readonly memoryBytes?: number;
  /** `/info` labels beside the simulator's own. */
  readonly labels?: readonly string[];
  /** Default: 9 days ago. */
  readonly bootedNs?: bigint;
}

const GIB = 1024 ** 3;
/** Above the highest pid that Linux can give (2²²): nobody may mistake a process of this machine for a simulated one. */
const FIRST_PID = 5_000_000;
const NAME_PATTERN = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/**
 * A Docker engine without processes: containers that are driven by code, behind the engine's own HTTP API. Methods here
 * and on the containers are what happens on the host; what clients ask for comes in by HTTP.
 */
export class SimulatedEngine implements ContainerEngine {
  readonly clock: SimulatorClock;
  readonly profile: EngineProfile;
  readonly identity: EngineIdentity;
  readonly statsHost: StatsHost;
  readonly faults = new FaultPlan();
  readonly events: EventLog;
  readonly #seed: number;
  readonly #listener: Listener;

  readonly #containers = new Map<DockerId, SimulatedContainer>();
  readonly #names = new Map<string, SimulatedContainer>();
  #created = 0;
  #started = 0;

  constructor(options: SimulatedEngineOptions) {
    this.clock = options.clock ?? systemClock();
    this.profile = options.profile ?? DOCKER_24_0;
    this.#seed = seedFrom(options.seed, options.name);
    this.identity = {
      id: hexFrom("engine", this.#seed).slice(0, 32),
      name: options.name,
      labels: options.labels ?? [],
      cpus: options.cpus ?? 4,
      memoryBytes: options.memoryBytes ?? 8 * GIB,
    };
    this.statsHost = {
      cpus: this.identity.cpus,
      memoryBytes: this.identity.memoryBytes,
      bootedNs: options.bootedNs ?? this.clock.nowNs() - 9n * 86_400n * NS_PER_SECOND,
    };
    this.events = new EventLog(this.clock, (event) => this.faults.takeEventLoss(event));
    this.#listener = new Listener(options.address, (request, response) => void answerRequest(this, request, response));
  }

  /** Where it listens; a port of 0 has become the real one after `listen`. */
  get address(): ListenAddress {
    return this.#listener.address;
  }

  /** The value for `DOCKER_HOST`. */
  get dockerHost(): string {
    const { address } = this;
    return "socketPath" in address ? `unix://${address.socketPath}` : `tcp://127.0.0.1:${address.port}`;
  }

  async listen(): Promise<void> {
    await this.#listener.open();
  }

  /** Ends the simulation: socket, connections and timers of its containers. */
  async close(): Promise<void> {
    for (const container of [...this.#containers.values()]) container.endWithEngine();
    await this.#listener.close({ leavesSocket: false });
  }

  /**
   * The daemon goes away: connections break and new ones are refused. Its containers go on with `liveRestore`;
   * otherwise they end with it.
   */
  async goDown(options: { readonly liveRestore: boolean }): Promise<void> {
    await this.#listener.close({ leavesSocket: true });
    if (!options.liveRestore) for (const container of [...this.#containers.values()]) container.endWithEngine();
    this.events.forget();
  }

  /** The daemon comes back; containers start again as their restart policies say. */
  async comeUp(): Promise<void> {
    for (const container of [...this.#containers.values()]) container.resumeAfterEngineStart();
    await this.#listener.open();
  }

  async restart(options: { readonly liveRestore: boolean }): Promise<void> {
    await this.goDown(options);
    await this.comeUp();
  }

  containers(): Iterable<SimulatedContainer> {
    return this.#containers.values();
  }

  /** By id, by name with or without its slash, or by the start of an id if only one fits. */
  find(reference: string): SimulatedContainer | undefined {
    const exact = this.#containers.get(asId<DockerId>(reference)) ?? this.#names.get(reference.replace(/^\//, ""));
    if (exact !== undefined || !/^[0-9a-f]+$/.test(reference)) return exact;
    const fitting = [...this.#containers.values()].filter((container) => container.id.startsWith(reference));
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  /** Like `find`, for code that knows it is there. */
  container(reference: string): SimulatedContainer {
    const found = this.find(reference);
    if (found === undefined) throw new Error(`${this.identity.name} has no container ${reference}`);
    return found;
  }

  /** Creates a container without starting it. Names in use are refused as by the engine (409). */
  create(spec: ContainerSpec, options: { readonly createdNs?: bigint } = {}): SimulatedContainer {
    const name = this.#checkName(spec.name);
    const id = asId<DockerId>(hexFrom(this.#seed, this.#created++));
    const container = new SimulatedContainer(this, {
      id,
      spec: { ...spec, name },
      seed: seedFrom(this.#seed, name),
      createdNs: options.createdNs ?? this.clock.nowNs(),
    });
    this.#containers.set(id, container);
    this.#names.set(name, container);
    this.publish(container, "create");
    return container;
  }

  /** Creates and starts. */
  run(spec: ContainerSpec): SimulatedContainer {
    const container = this.create(spec);
    container.start();
    return container;
  }

  /** Replaces a container by a new one under the same name, as `compose up` does; what is not given stays as it was. */
  recreate(name: string, changes: Partial<ContainerSpec> = {}): SimulatedContainer {
    const old = this.container(name);
    old.remove({ force: true });
    return this.run({ ...old.spec, ...changes, name: old.name });
  }

  rename(container: SimulatedContainer, name: string): void {
    if (name === "") throw badParameter("Neither old nor new names may be empty");
    if (name.replace(/^\//, "") === container.name) {
      throw badParameter("Renaming a container with the same name as its current name");
    }
    const free = this.#checkName(name);
    this.#names.delete(container.name);
    this.#names.set(free, container);
    container.rename(free);
  }

  /** A name for a container that was created without one. */
  inventName(): string {
    return `unnamed_${hexFrom(this.#seed, "name", this.#created).slice(0, 8)}`;
  }

  infoState(): {
    readonly containers: Iterable<SimulatedContainer>;
    readonly nowNs: bigint;
    readonly eventsListeners: number;
  } {
    return { containers: this.containers(), nowNs: this.clock.nowNs(), eventsListeners: this.events.listeners };
  }

  // What containers ask of their engine.

  publish(container: SimulatedContainer, action: string, attributes: Readonly<Record<string, string>> = {}): void {
    const { spec, name, id } = container;
    this.events.publish({
      type: "container",
      action,
      id,
      attributes: { ...spec.labels, ...attributes, image: imageOf(spec), name },
    });
  }

  publishNetwork(container: SimulatedContainer, action: "connect" | "disconnect"): void {
    const name = networkModeOf(container.spec);
    if (name.startsWith("container:")) return;
    const type = hasOwnNetwork(container.spec) ? "bridge" : name === "none" ? "null" : name;
    const attributes = { container: container.id, name, type };
    this.events.publish({ type: "network", action, id: networkIdOf(name), attributes });
  }

  remove(container: SimulatedContainer): void {
    this.#containers.delete(container.id);
    if (this.#names.get(container.name) === container) this.#names.delete(container.name);
  }

  nextPid(): number {
    return FIRST_PID + this.#started++;
  }

  #checkName(asked: string): string {
    if (!NAME_PATTERN.test(asked)) {
      throw badParameter(`Invalid container name (${asked}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
    }
    const name = asked.replace(/^\//, "");
    const owner = this.#names.get(name);
    if (owner === undefined) return name;
    throw conflict(
      `Conflict. The container name "/${name}" is already in use by container "${owner.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
  }
}
