import type { KeysMessage } from "@yardarm/protocol/agent-down/keys";
import type { AgentSession, Welcome } from "@yardarm/protocol/agent-down/welcome";
import type { Hello } from "@yardarm/protocol/agent-up/hello";
import type { AgentUp } from "@yardarm/protocol/agent-up/up";
import { type ErrorCode, ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { HostId, HubId } from "@yardarm/protocol/ids";
import { BACKOFF_FIRST_MS, BACKOFF_LIMIT_MS } from "@yardarm/protocol/limits";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import { BackOff } from "./back-off.ts";
import type { Clock } from "./clock.ts";
import { Connection, type ConnectionEnd, type HubMessage } from "./connection.ts";
import type { Dial } from "./dial.ts";
import type { HubClock } from "./hub-clock.ts";

export type HubClientState =
  | { readonly state: "idle" }
  | { readonly state: "connecting" }
  | { readonly state: "online"; readonly session: AgentSession; readonly hubClock: HubClock }
  | { readonly state: "waiting"; readonly delayMs: number; readonly error: ProtocolError }
  | { readonly state: "stopped" };

export type HubClientOptions = {
  readonly dial: Dial;
  readonly clock: Clock;
  /** From 0 up to, but without, 1. */
  random(): number;
  readonly hubId: HubId;
  readonly hostId: HostId;
  /** Verifies against the pinned keys. */
  isSigned(purpose: SigningPurpose, signed: Welcome): boolean;
  /** MUST pin what the pinned keys allow of these changes, durably, before it returns. */
  followKeys(changes: KeysMessage["updates"]): void;
  hello(sessionNonce: string): Hello;
  /** Called on every change, with the new state. */
  onState(state: HubClientState): void;
  /** Called in a session only. Whatever it throws ends the connection. */
  onMessage(message: HubMessage): void;
};

/** Dialling with both its steps. */
const DIAL_TIMEOUT_MS = 15_000;
/** After these, trying again soon would only do harm: two agents of one identity, or a host that was shut out. */
const SLOW_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["superseded", "host_revoked", "forbidden"]);
/** A person compares keys: whoever waits for that is in soon afterwards. */
const APPROVAL_MS = 5_000;
/** What is still on its way gets this long when the agent stops. */
const FLUSH_TIMEOUT_MS = 2_000;

/** Keeps one connection to the hub, for ever, until stopped. Never more than one at a time. */
export class HubClient {
  // fixed
  readonly #options: HubClientOptions;
  readonly #backOff: BackOff;
  // state
  #state: HubClientState = { state: "idle" };
  #connection: Connection | undefined;
  #onlineSinceMs: number | null = null;
  #dialling: AbortController | undefined;
  #cancelWait: () => void = () => {};
  #isRedialling = false;

  constructor(options: HubClientOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.random);
  }

  get state(): HubClientState {
    return this.#state;
  }

  start(): void {
    if (this.#state.state === "idle") void this.#connect();
  }

  /** Sends a control message. False, and nothing is sent or kept, while not online. */
  send(message: AgentUp): boolean {
    return this.#connection?.send(message) ?? false;
  }

  /** Sends a log frame. False while not online: the hub's next assignment says what it has. */
  sendFrame(frame: Uint8Array): boolean {
    return this.#connection?.sendFrame(frame) ?? false;
  }

  /** Ends the connection and dials again at once, for example to prove who this is with another key. */
  redial(): void {
    this.#isRedialling = true;
    this.#connection?.close();
  }

  /** Lets what was sent leave, then closes for good. */
  async stop(): Promise<void> {
    if (this.#state.state === "stopped") return;
    const { clock } = this.#options;
    const connection = this.#connection;
    if (connection?.state.state === "online") {
      await Promise.race([
        connection.flush(),
        new Promise<void>((resolve) => void clock.setTimer(FLUSH_TIMEOUT_MS, resolve)),
      ]);
    }
    this.#enter({ state: "stopped" });
    this.#cancelWait();
    this.#dialling?.abort(new ProtocolError("draining", "The agent stops."));
    connection?.close();
  }

  async #connect(): Promise<void> {
    const { clock, dial, onState: _onState, ...rest } = this.#options;
    this.#enter({ state: "connecting" });
    const dialling = new AbortController();
    this.#dialling = dialling;
    const cancelTimeout = clock.setTimer(DIAL_TIMEOUT_MS, () => {
      dialling.abort(new ProtocolError("agent_timeout", "The hub did not answer in time."));
    });
    const connection = new Connection({
      ...rest,
      clock,
      onOnline: (session, hubClock) => {
        this.#onlineSinceMs = clock.monotonicMs();
        this.#enter({ state: "online", session, hubClock });
      },
      onClosed: (end) => this.#ended(end),
    });
    try {
      const socket = await dial(connection, dialling.signal);
      this.#connection = connection;
      if (this.#state.state === "stopped") socket.terminate();
      else connection.open(socket);
    } catch (error) {
      this.#ended({ error: toProtocolError(error), afterMs: null });
    } finally {
      cancelTimeout();
    }
  }

  #ended({ error, afterMs }: ConnectionEnd): void {
    this.#connection = undefined;
    if (this.#state.state === "stopped") return;
    const { clock } = this.#options;
    const healthyMs = this.#onlineSinceMs === null ? 0 : clock.monotonicMs() - this.#onlineSinceMs;
    this.#onlineSinceMs = null;
    const delayMs = this.#isRedialling ? 0 : this.#delayMs(error, afterMs, healthyMs);
    this.#isRedialling = false;
    this.#enter({ state: "waiting", delayMs, error });
    this.#cancelWait = clock.setTimer(delayMs, () => void this.#connect());
  }

  #delayMs(error: ProtocolError, afterMs: number | null, healthyMs: number): number {
    const { random } = this.#options;
    // A hub that restarts tells all its agents the same delay: they still must not come back in one wave.
    if (afterMs !== null) return afterMs + Math.round(random() * BACKOFF_FIRST_MS);
    if (error.code === "approval_pending") return Math.round(APPROVAL_MS * (0.5 + random() / 2));
    const delayMs = this.#backOff.nextDelayMs(healthyMs);
    return SLOW_CODES.has(error.code) ? Math.round(BACKOFF_LIMIT_MS * (0.5 + random() / 2)) : delayMs;
  }

  #enter(state: HubClientState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
