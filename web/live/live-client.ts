import type { ClientDown } from "@yardarm/protocol/client-down/down";
import type { ContainerId } from "@yardarm/protocol/ids";
import { ActionStore } from "./action-store.ts";
import { type ConnectionState, HubSocket, type Timers, type Wire } from "./hub-socket.ts";
import { InventoryStore, type Verdict } from "./inventory-store.ts";
import { Listeners } from "./listeners.ts";
import { type LogHandlers, type LogSubscription, LogSubscriptions } from "./log-subscriptions.ts";
import { MetricsStore } from "./metrics-store.ts";

/** Everything live of one signed-in page: one socket, and the stores that it feeds. */

export type LiveClientOptions = {
  readonly open: () => Wire;
  readonly timers: Timers;
  readonly random: () => number;
  /** Runs something once, before the next frame is drawn. */
  readonly schedule: (run: () => void) => void;
  /** The connection was lost: worth asking whether the session still stands. */
  readonly onLost: () => void;
};

/** Snapshots asked for more often than this mean that hub and page disagree: better to connect anew, with back-off. */
const RESUBSCRIBE_GAP_MS = 1_000;

export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #socket: HubSocket;
  readonly #connectionListeners = new Listeners();
  readonly #logs: LogSubscriptions;
  #firstVersion: string | null = null;
  #isOutdated = false;
  #hubClockOffsetMs = 0;
  #resubscribedAtMs = Number.NEGATIVE_INFINITY;

  readonly inventory: InventoryStore;
  readonly metrics: MetricsStore;
  readonly actions: ActionStore;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.#socket = new HubSocket({
      open: options.open,
      timers: options.timers,
      random: options.random,
      onState: (state) => this.#connectionChanged(state),
      onMessage: (message) => this.#received(message),
      onFrame: (frame) => this.#logs.onFrame(frame),
    });
    const send = this.#socket.send.bind(this.#socket);
    this.#logs = new LogSubscriptions(send);
    this.metrics = new MetricsStore({ send, now: options.timers.now, schedule: options.schedule });
    this.actions = new ActionStore(() => this.hubNow());
    this.inventory = new InventoryStore({
      schedule: options.schedule,
      onContainer: (container) => this.actions.observe(container),
    });
    this.inventory.subscribe(() => {
      const view = this.inventory.view();
      if (view.status === "known") this.metrics.retain(view.containers);
    });
  }

  start(): void {
    this.#socket.start();
  }

  stop(): void {
    this.#socket.stop();
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  /** Gives up the present connection, which somebody found to be dead, and tries again. */
  abandon(): void {
    this.#socket.abandon();
  }

  /** When the hub was last heard, in this browser's clock. */
  get lastHeardAtMs(): number {
    return this.#socket.lastHeardAtMs;
  }

  /** The hub's clock, in milliseconds since the epoch: what ages of the hub's stamps are counted against. */
  hubNow(): number {
    return this.#options.timers.now() + this.#hubClockOffsetMs;
  }

  readonly connection = (): ConnectionState => this.#socket.state;

  readonly subscribeConnection = (listener: () => void): (() => void) => this.#connectionListeners.add(listener);

  /** True once the hub that answers has another version than the one that this page started with. */
  readonly isOutdated = (): boolean => this.#isOutdated;

  /** Reads a container's log over the shared socket, across reconnects, until ended. */
  subscribeLog(containerId: ContainerId, handlers: LogHandlers): LogSubscription {
    return this.#logs.subscribe(containerId, handlers, this.#socket.state.status === "open");
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.status === "open") {
      this.#firstVersion ??= state.version;
      this.#isOutdated = state.version !== this.#firstVersion;
      this.#hubClockOffsetMs = state.hubClockOffsetMs;
      this.#subscribeInventory();
      this.metrics.resubscribe();
      this.#logs.resubscribe();
    }
    if (state.status === "waiting") this.#options.onLost();
    this.#connectionListeners.tell();
  }

  #subscribeInventory(): void {
    this.inventory.restart();
    this.#socket.send({ type: "inventory.subscribe" });
  }

  #received(message: ClientDown): void {
    switch (message.type) {
      case "inventory.snapshot":
        this.#judge(this.inventory.applySnapshot(message));
        return;
      case "inventory.delta":
        this.#judge(this.inventory.applyDelta(message));
        return;
      case "metrics":
        this.metrics.apply(message);
        return;
      case "action.update":
        this.actions.apply(message.action);
        return;
      case "log.subscribed":
        this.#logs.onSubscribed(message);
        return;
      case "log.committed":
        this.#logs.onCommitted(message);
        return;
      case "log.fetched":
        this.#logs.onFetched(message);
        return;
      case "skipped":
        this.#logs.onSkipped(message);
        return;
      case "error":
        this.#logs.onError(message);
        return;
      case "ready":
      case "logs":
        // `ready` is the socket's own; `logs` answers `encoding: "json"`, which this page never asks for.
        return;
    }
  }

  #judge(verdict: Verdict): void {
    if (verdict === "ok") return;
    const now = this.#options.timers.now();
    const tooSoon = now - this.#resubscribedAtMs < RESUBSCRIBE_GAP_MS;
    this.#resubscribedAtMs = now;
    if (tooSoon) this.#socket.abandon();
    else this.#subscribeInventory();
  }
}
