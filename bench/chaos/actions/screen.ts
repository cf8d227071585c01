/** What the hub shows of all containers: somebody acts on what they see. */
import { setTimeout as delay } from "node:timers/promises";
import type { List } from "@yardarm/protocol/api/list";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import type { HubSession } from "../../../testkit/hub-session.ts";
import type { EngineState } from "./acted-container.ts";

const LOOK_MS = 80;

export class Screen implements Disposable {
  readonly #session: HubSession;
  #byDockerId: ReadonlyMap<string, Container> = new Map();
  #online: ReadonlySet<HostId> = new Set();
  #isClosed = false;

  constructor(session: HubSession) {
    this.#session = session;
    void this.#look();
  }

  containerId(dockerId: string): ContainerId | undefined {
    return this.#byDockerId.get(dockerId)?.containerId;
  }

  /** True when it shows the container as the engine has it, on a host that answers. */
  shows(dockerId: string, { status, startedAtNs }: EngineState): boolean {
    const container = this.#byDockerId.get(dockerId);
    if (container === undefined || !this.#online.has(container.hostId)) return false;
    return container.state === status && container.startedAtNs === startedAtNs;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
  }

  async #look(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const [hosts, containers] = await Promise.all([
          this.#session.get<List<Host>>("/api/hosts"),
          this.#session.get<List<Container>>("/api/containers"),
        ]);
        this.#online = new Set(hosts.items.flatMap(({ hostId, status }) => (status === "online" ? [hostId] : [])));
        this.#byDockerId = new Map(containers.items.map((item) => [item.dockerId, item]));
      } catch {
        // The hub is away, and nobody sees anything.
        this.#online = new Set();
      }
      await delay(LOOK_MS);
    }
  }
}
