/** Keeps the list of this host's containers true, from an engine that may come and go. */
import type { EngineStatus } from "@yardarm/protocol/agent-up/engine-status";
import type { ReportedContainer } from "@yardarm/protocol/container";
import { toProtocolError } from "@yardarm/protocol/errors";
import type { EngineState } from "@yardarm/protocol/host";
import type { DockerId } from "@yardarm/protocol/ids";
import type { ContainerDetails } from "../docker/container-details.ts";
import type { ContainerEvent } from "../docker/container-events.ts";
import type { Engine } from "../docker/engine.ts";
import type { EngineIdentity } from "../docker/engine-identity.ts";
import { InventoryFeed, type InventoryMessage } from "./inventory-feed.ts";
import { RefreshQueue } from "./refresh-queue.ts";
import { reportContainer } from "./report-container.ts";

/** One container: all that the engine says (with `pid` and `logPath`), and what the hub is told of it. */
export type ContainerRecord = {
  readonly details: ContainerDetails;
  readonly reported: ReportedContainer;
};

/**
 * Called at once, in the order of changes. Listeners MUST NOT throw and MUST NOT change the inventory.
 * A new start of a container is a `changed` whose `startedAtNs` differs from the one before.
 */
export interface InventoryListener {
  changed?(record: ContainerRecord, previous: ContainerRecord | null): void;
  removed?(record: ContainerRecord): void;
  /** The engine's own event, before the container has been inspected again. May repeat after a reconnect. */
  event?(event: ContainerEvent): void;
  engine?(state: EngineState): void;
}

export interface InventoryClock {
  /** Milliseconds from an arbitrary start, never set. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

export type InventoryOptions = {
  readonly engine: Engine;
  readonly clock: InventoryClock;
  /** Hands a message to the hub, or drops it while there is none: see `sendSnapshot`. */
  readonly send: (message: InventoryMessage | EngineStatus) => void;
  readonly ownDockerId: DockerId | null;
  /** Numbers from 0 up to, but without, 1, for the back-off. */
  readonly random: () => number;
};

const INSPECTS_AT_ONCE = 8;
/** Events get lost (the engine skips a subscriber that stalls for 100 ms), so everything is looked at again. */
const RESYNC_MS = 5 * 60_000;
/** The ping's date is cut to the second; the engine's clock may be read a moment later than the ping was sent. */
const REPLAY_NS = 2_000_000_000n;
/** An engine restarts within seconds, and asking a socket is cheap: this back-off is shorter than the hub's. */
const RETRY_FIRST_MS = 250;
const RETRY_LIMIT_MS = 10_000;
const RETRY_RESET_MS = 10_000;

const STARTING: EngineState = {
  state: "unreachable",
  code: "engine_unreachable",
  message: "The engine has not been asked yet.",
};

export class Inventory {
  readonly #options: InventoryOptions;
  readonly #feed: InventoryFeed;
  readonly #listeners = new Set<InventoryListener>();
  readonly #records = new Map<DockerId, ContainerRecord>();
  #engineState: EngineState = STARTING;
  #identity: EngineIdentity | null = null;
  /** Until everything has been seen once, silence is better than a list that looks complete. */
  #isComplete = false;
  #unsentUpserts = new Set<DockerId>();
  #unsentRemoves = new Set<DockerId>();
  #isFlushDue = false;

  constructor(options: InventoryOptions) {
    this.#options = options;
    this.#feed = new InventoryFeed(options.send);
  }

  /** The last known containers; they stay while the engine is away. */
  get records(): ReadonlyMap<DockerId, ContainerRecord> {
    return this.#records;
  }

  get engineState(): EngineState {
    return this.#engineState;
  }

  /** Of the last successful handshake; `null` before the first. */
  get engineIdentity(): EngineIdentity | null {
    return this.#identity;
  }

  /** The returned function ends the subscription. Records that exist already are not repeated. */
  subscribe(listener: InventoryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * For a new connection to the hub, and when the hub asks. The engine's state goes along, because what became of it
   * between `hello` and `welcome` was sent to nobody. Before the first complete list no container is sent; it follows.
   */
  sendSnapshot(): void {
    this.#options.send({ type: "engine.status", engine: this.engineState });
    if (!this.#isComplete) return;
    this.#flushChanges();
    this.#feed.sendSnapshot(this.#reportedContainers());
  }

  /** Runs until `signal` aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const beganMs = clock.monotonicMs();
      try {
        await this.#followEngine(signal);
      } catch (error) {
        if (signal.aborted) return;
        const { code, message } = toProtocolError(error);
        this.#setEngineState({ state: "unreachable", code, message: message.slice(0, 1_024) });
      }
      failures = clock.monotonicMs() - beganMs >= RETRY_RESET_MS ? 0 : Math.min(failures + 1, 16);
      const ceilingMs = Math.min(RETRY_LIMIT_MS, RETRY_FIRST_MS * 2 ** failures);
      await this.#wait(ceilingMs * (0.5 + random() / 2), signal);
    }
  }

  /** One connection to the engine. Returns when the engine ended its events, throws when it failed. */
  async #followEngine(outer: AbortSignal): Promise<void> {
    const { engine } = this.#options;
    const session = new AbortController();
    const signal = AbortSignal.any([outer, session.signal]);
    const failure = Promise.withResolvers<never>();
    failure.promise.catch(() => {}); // It may fail after nobody waits for it any more.
    const queue = new RefreshQueue({
      concurrency: INSPECTS_AT_ONCE,
      refresh: (dockerId) => this.#refreshQuietly(dockerId, signal, failure.reject),
    });
    let cancelResync = (): void => {};
    try {
      const identity = await engine.handshake({ signal });
      // Subscribed before listed: what changes in between is an event, and at worst inspected twice.
      const events = await engine.openEvents(identity.answeredAtNs - REPLAY_NS, { signal });
      const ended = this.#followEvents(events, queue);
      ended.catch(() => {}); // Met below, but perhaps only after the resync has failed for the same reason.
      const resyncOnce = async (): Promise<void> => {
        const listed = await engine.listContainers({ signal });
        for (const { dockerId } of listed) queue.request(dockerId, "routine");
        for (const dockerId of this.#records.keys()) queue.request(dockerId, "routine");
        await Promise.race([queue.idle(), failure.promise]);
      };
      await resyncOnce();
      this.#completed(identity);
      const resyncLater = (): void => {
        cancelResync = this.#options.clock.setTimer(RESYNC_MS, () => {
          resyncOnce().then(resyncLater, failure.reject);
        });
      };
      resyncLater();
      await Promise.race([ended, failure.promise]);
    } finally {
      cancelResync();
      queue.clear();
      session.abort();
    }
  }

  async #followEvents(events: AsyncIterable<ContainerEvent>, queue: RefreshQueue): Promise<void> {
    for await (const event of events) {
      queue.request(event.dockerId, "urgent");
      for (const listener of this.#listeners) listener.event?.(event);
    }
  }

  #completed(identity: EngineIdentity): void {
    this.#identity = identity;
    this.#setEngineState({
      state: "connected",
      kind: identity.kind,
      version: identity.engineVersion.slice(0, 64),
      apiVersion: identity.apiVersion,
      simulated: identity.isSimulated,
    });
    if (this.#isComplete) return;
    this.#flushChanges(); // Drops what the snapshot is about to say.
    this.#isComplete = true;
    this.#feed.sendSnapshot(this.#reportedContainers());
  }

  /**
   * An engine that is gone ends the session. An engine that cannot describe one container, or never answers about it
   * while it answers everything else, keeps what is known of that container.
   */
  async #refreshQuietly(dockerId: DockerId, signal: AbortSignal, fail: (error: unknown) => void): Promise<void> {
    try {
      this.#store(dockerId, await this.#inspect(dockerId, signal));
    } catch (error) {
      if (signal.aborted || toProtocolError(error).code === "engine_error") return;
      await this.#options.engine.handshake({ signal }).catch(fail);
    }
  }

  /** `null` when the engine no longer has it. */
  async #inspect(dockerId: DockerId, signal: AbortSignal): Promise<ContainerDetails | null> {
    try {
      return await this.#options.engine.inspectContainer(dockerId, { signal });
    } catch (error) {
      if (toProtocolError(error).code === "not_found") return null;
      throw error;
    }
  }

  #store(dockerId: DockerId, details: ContainerDetails | null): void {
    const previous = this.#records.get(dockerId) ?? null;
    if (details === null) {
      if (previous === null) return;
      this.#records.delete(dockerId);
      this.#unsentUpserts.delete(dockerId);
      this.#unsentRemoves.add(dockerId);
      for (const listener of this.#listeners) listener.removed?.(previous);
    } else {
      const record = { details, reported: reportContainer(details, this.#options.ownDockerId) };
      const isTold = previous !== null && isSame(previous.reported, record.reported);
      if (isTold && previous.details.pid === details.pid && previous.details.logPath === details.logPath) return;
      this.#records.set(dockerId, record);
      if (!isTold) this.#unsentUpserts.add(dockerId);
      this.#unsentRemoves.delete(dockerId);
      for (const listener of this.#listeners) listener.changed?.(record, previous);
    }
    this.#flushSoon();
  }

  /** Changes of one turn of the event loop leave together, and no later. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.#flushChanges());
  }

  #flushChanges(): void {
    this.#isFlushDue = false;
    const upserts: ReportedContainer[] = [];
    for (const dockerId of this.#unsentUpserts) {
      const record = this.#records.get(dockerId);
      if (record !== undefined) upserts.push(record.reported);
    }
    const removes = [...this.#unsentRemoves];
    this.#unsentUpserts = new Set();
    this.#unsentRemoves = new Set();
    if (this.#isComplete) this.#feed.sendChanges(upserts, removes);
  }

  *#reportedContainers(): Generator<ReportedContainer> {
    for (const record of this.#records.values()) yield record.reported;
  }

  #setEngineState(state: EngineState): void {
    if (isSame(this.#engineState, state)) return;
    this.#engineState = state;
    this.#options.send({ type: "engine.status", engine: state });
    for (const listener of this.#listeners) listener.engine?.(state);
  }

  #wait(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const cancel = this.#options.clock.setTimer(delayMs, finish);
      signal.addEventListener("abort", finish);
      if (signal.aborted) finish();
    });
  }
}

/** Both come from the same function, with their keys in the same order. */
const isSame = (left: object, right: object): boolean => JSON.stringify(left) === JSON.stringify(right);
