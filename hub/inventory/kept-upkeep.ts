import type { Container } from "@yardarm/protocol/container";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { Fleet } from "./fleet.ts";
import { mayHaveMore } from "./removed-containers.ts";

/** How often it looks at most. */
const PASS_EVERY_MS = 60_000;
/** What a removed container's agent has read, and not sent, comes within this time. */
const MAY_COME_MS = 60 * 60_000;
/** Containers per question to the log store. */
const ASKED_AT_ONCE = 200;

/** What it needs of the log store. */
export interface StoredLines {
  /** A container without a single stored line is missing. */
  since(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, unknown>>;
}

export interface KeptUpkeepOptions {
  readonly fleet: Pick<Fleet, "orgIds" | "keptContainers">;
  readonly logs: StoredLines;
  /** MUST forget those of them that are still kept. */
  readonly forget: (orgId: OrgId, containerIds: readonly ContainerId[]) => void;
  readonly nowMs: () => number;
}

/** Has kept containers forgotten of which nothing is stored any more. */
export class KeptUpkeep {
  readonly #options: KeptUpkeepOptions;
  /** Of these lines were stored, and nothing has been evicted since. */
  #stored = new Set<ContainerId>();
  #isStale = false;
  #lookedAtMs: number | null = null;
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: KeptUpkeepOptions) {
    this.#options = options;
  }

  /** Retention took lines: everything is asked again. */
  evicted(): void {
    this.#isStale = true;
  }

  /** Looks, unless it looked a moment ago; a look that is under way already is joined. @throws ProtocolError `storage_unavailable` */
  tick(): Promise<void> {
    this.#running ??= this.#pass().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Resolves when nothing of it uses the log store any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running?.catch(() => {});
  }

  async #pass(): Promise<void> {
    const nowMs = this.#options.nowMs();
    // A clock that was set back is no reason to wait.
    if (this.#lookedAtMs !== null && Math.abs(nowMs - this.#lookedAtMs) < PASS_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    if (this.#isStale) this.#stored.clear();
    this.#isStale = false;
    const stored = new Set<ContainerId>();
    for (const orgId of this.#options.fleet.orgIds()) await this.#look(orgId, stored);
    this.#stored = stored;
  }

  async #look(orgId: OrgId, stored: Set<ContainerId>): Promise<void> {
    const { fleet, logs, forget } = this.#options;
    const asked: ContainerId[] = [];
    for (const container of fleet.keptContainers(orgId)) {
      const { containerId } = container;
      if (this.#stored.has(containerId)) stored.add(containerId);
      else if (!this.#mayCome(container)) asked.push(containerId);
    }
    for (let from = 0; from < asked.length && !this.#isStopped; from += ASKED_AT_ONCE) {
      const page = asked.slice(from, from + ASKED_AT_ONCE);
      const since = await logs.since(orgId, page);
      for (const containerId of since.keys()) stored.add(containerId);
      const empty = page.filter((containerId) => !since.has(containerId));
      if (empty.length > 0) forget(orgId, empty);
    }
  }

  /** Its last lines may still be on their way. */
  #mayCome(container: Container): boolean {
    const removedAtMs = Number(BigInt(container.removedAtNs ?? 0) / 1_000_000n);
    return mayHaveMore(container) && this.#options.nowMs() - removedAtMs < MAY_COME_MS;
  }
}
