import type { ClientDown } from "@yardarm/protocol/client-down/down";
import { clientDownSchema } from "@yardarm/protocol/client-down/down";
import type { ClientUp } from "@yardarm/protocol/client-up/up";
import { backOffMs } from "./back-off.ts";
import { readMetrics } from "./read-metrics.ts";

/** One connection to `/ws/client`: opening, `ready`, losing, waiting, trying again. What is said on it is others' business. */

/** `open` only after the hub's `ready`. `lostAtMs`: since when nothing new has arrived; `null` before the first `ready`. */
export type ConnectionState =
  | { readonly status: "stopped" }
  | { readonly status: "connecting"; readonly attempt: number; readonly lostAtMs: number | null }
  | { readonly status: "open"; readonly version: string; readonly hubClockOffsetMs: number }
  | {
      readonly status: "waiting";
      readonly attempt: number;
      readonly nextTryAtMs: number;
      readonly lostAtMs: number | null;
      readonly closeCode: number;
    };

/** What this client needs of a WebSocket. */
export type Wire = {
  binaryType: BinaryType;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
};

export type Timers = {
  now(): number;
  /** Returns what cancels it. */
  after(delayMs: number, run: () => void): () => void;
};

export type HubSocketOptions = {
  readonly open: () => Wire;
  readonly timers: Timers;
  readonly random: () => number;
  readonly onState: (state: ConnectionState) => void;
  readonly onMessage: (message: ClientDown) => void;
  /** A binary frame: kind, alias, payload. */
  readonly onFrame: (frame: ArrayBuffer) => void;
};

/** Not ready by then means a dead address or a proxy that swallows upgrades. */
const READY_TIMEOUT_MS = 10_000;
/** RFC 6455's "protocol error", for a message that this page cannot read: it drops the connection and starts again. */
const UNREADABLE = 1002;
/** RFC 6455's "closed without a word". */
const SILENT = 1006;
/** Open for so long and the next loss starts counting from one. */
const HEALTHY_AFTER_MS = 30_000;

export class HubSocket {
  readonly #options: HubSocketOptions;
  #state: ConnectionState = { status: "stopped" };
  #wire: Wire | null = null;
  #cancelTimer: () => void = () => {};
  #attempt = 0;
  #openedAtMs = 0;
  #lostAtMs: number | null = null;
  #lastHeardAtMs = 0;

  constructor(options: HubSocketOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** When anything at all last arrived, in this browser's clock. */
  get lastHeardAtMs(): number {
    return this.#lastHeardAtMs;
  }

  start(): void {
    if (this.#state.status === "stopped") this.#connect();
  }

  stop(): void {
    this.#dropWire();
    this.#attempt = 0;
    this.#lostAtMs = null;
    this.#set({ status: "stopped" });
  }

  /** Does not wait any longer. */
  retryNow(): void {
    if (this.#state.status === "waiting") this.#connect();
  }

  /** Gives up a connection that is believed dead, without waiting for the network to say so. */
  abandon(): void {
    if (this.#state.status === "open" || this.#state.status === "connecting") this.#lost(SILENT);
  }

  /** Says something; silently nothing when not open, because every subscription is said again after `ready`. */
  send(message: ClientUp): void {
    if (this.#state.status === "open") this.#wire?.send(JSON.stringify(message));
  }

  #connect(): void {
    this.#dropWire();
    this.#set({ status: "connecting", attempt: this.#attempt, lostAtMs: this.#lostAtMs });
    const wire = this.#options.open();
    this.#wire = wire;
    wire.binaryType = "arraybuffer";
    wire.onmessage = ({ data }) => this.#received(data);
    wire.onclose = ({ code }) => this.#lost(code);
    this.#cancelTimer = this.#options.timers.after(READY_TIMEOUT_MS, () => this.#lost(SILENT));
  }

  #received(data: unknown): void {
    this.#lastHeardAtMs = this.#options.timers.now();
    if (data instanceof ArrayBuffer) {
      if (this.#state.status === "open") this.#options.onFrame(data);
      return;
    }
    const message = typeof data === "string" ? readMessage(data) : null;
    if (message === null) {
      this.#lost(UNREADABLE);
      return;
    }
    if (message.type !== "ready") {
      if (this.#state.status === "open") this.#options.onMessage(message);
      return;
    }
    this.#cancelTimer();
    this.#openedAtMs = this.#lastHeardAtMs;
    this.#lostAtMs = null;
    const hubClockOffsetMs = Number(BigInt(message.hubTimeNs) / 1_000_000n) - this.#lastHeardAtMs;
    this.#set({ status: "open", version: message.version, hubClockOffsetMs });
  }

  #lost(closeCode: number): void {
    const now = this.#options.timers.now();
    if (this.#state.status === "open") {
      this.#lostAtMs = this.#lastHeardAtMs;
      if (now - this.#openedAtMs >= HEALTHY_AFTER_MS) this.#attempt = 0;
    }
    this.#dropWire();
    this.#attempt += 1;
    const waitMs = backOffMs(this.#attempt, this.#options.random);
    this.#cancelTimer = this.#options.timers.after(waitMs, () => this.#connect());
    this.#set({
      status: "waiting",
      attempt: this.#attempt,
      nextTryAtMs: now + waitMs,
      lostAtMs: this.#lostAtMs,
      closeCode,
    });
  }

  #dropWire(): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    const wire = this.#wire;
    if (wire === null) return;
    this.#wire = null;
    wire.onmessage = null;
    wire.onclose = null;
    wire.close();
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

const readMessage = (text: string): ClientDown | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  // By far the most frequent message: checked by hand, the rest by schema.
  const metrics = readMetrics(value);
  if (metrics !== null) return metrics;
  const parsed = clientDownSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
};
