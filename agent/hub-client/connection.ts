/** One connection, from `hello` to its end. */
import { randomBytes } from "node:crypto";
import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import type { KeysMessage } from "@yardarm/protocol/agent-down/keys";
import type { AgentSession, Welcome } from "@yardarm/protocol/agent-down/welcome";
import type { Hello } from "@yardarm/protocol/agent-up/hello";
import type { AgentUp } from "@yardarm/protocol/agent-up/up";
import { CLOSE_CODES, closeCodeFor } from "@yardarm/protocol/close-codes";
import { ERROR_CODES, ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { HostId, HubId } from "@yardarm/protocol/ids";
import { AGENT_HEARTBEAT_MS, HOST_STALE_MS } from "@yardarm/protocol/limits";
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from "@yardarm/protocol/protocol-version";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import type { Clock } from "./clock.ts";
import { parseDown, parseSession } from "./decode-down.ts";
import type { HubSocket, SocketEvents } from "./dial.ts";
import { HubClock } from "./hub-clock.ts";
import { SendQueue } from "./send-queue.ts";

/** A hub that says nothing for this long is gone, whatever TCP believes. */
const HUB_SILENCE_MS = HOST_STALE_MS;
const WELCOME_TIMEOUT_MS = 10_000;

/** A clock that is slewed never gets that far ahead between two welcomes; one that is set does. */
const CLOCK_LEAP_MS = 5_000;

export type ConnectionState =
  | { readonly state: "greeting"; readonly sessionNonce: string }
  | { readonly state: "online"; readonly session: AgentSession; readonly hubClock: HubClock }
  | { readonly state: "closed"; readonly end: ConnectionEnd };

/** Why a connection ended; `afterMs` when the hub said when to come back. */
export type ConnectionEnd = { readonly error: ProtocolError; readonly afterMs: number | null };

/** What the hub says in a session; the connection keeps the other messages to itself. */
export type HubMessage = Exclude<AgentDown, { type: "keys" | "welcome" | "heartbeat" | "reconnect" }>;

export type ConnectionOptions = {
  readonly clock: Clock;
  readonly hubId: HubId;
  readonly hostId: HostId;
  /** Verifies against the pinned keys. */
  isSigned(purpose: SigningPurpose, signed: Welcome): boolean;
  /** MUST pin what the pinned keys allow of these changes, durably, before it returns. */
  followKeys(changes: KeysMessage["updates"]): void;
  hello(sessionNonce: string): Hello;
  onOnline(session: AgentSession, hubClock: HubClock): void;
  /** Whatever it throws ends the connection. */
  onMessage(message: HubMessage): void;
  onClosed(end: ConnectionEnd): void;
};

const SESSION_NONCE_BYTES = 32;

export class Connection implements SocketEvents {
  // fixed
  readonly #options: ConnectionOptions;
  // state
  #state: ConnectionState = {
    state: "greeting",
    sessionNonce: randomBytes(SESSION_NONCE_BYTES).toString("base64url"),
  };
  #socket: HubSocket | undefined;
  #queue: SendQueue | undefined;
  #comeBackAfterMs: number | null = null;
  #lastHeardMs: number;
  #cancelTimer: () => void = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#lastHeardMs = options.clock.monotonicMs();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Says hello on an open socket, whose events MUST come here. */
  open(socket: HubSocket): void {
    const { clock, hello } = this.#options;
    this.#socket = socket;
    const overflowed = (): void => this.fail(new ProtocolError("slow_consumer", "The hub reads too slowly."));
    this.#queue = new SendQueue((frame, written) => socket.send(frame, written), overflowed);
    if (this.#state.state !== "greeting") return;
    this.#cancelTimer = clock.setTimer(WELCOME_TIMEOUT_MS, () => {
      this.fail(new ProtocolError("agent_timeout", "The hub did not say welcome in time."));
    });
    this.#queue.send(hello(this.#state.sessionNonce));
  }

  /** False, and nothing is sent, unless the connection is online. */
  send(message: AgentUp): boolean {
    if (this.#state.state !== "online" || this.#queue === undefined) return false;
    this.#queue.send(message);
    return true;
  }

  /** False, and nothing is sent, unless the connection is online. */
  sendFrame(frame: Uint8Array): boolean {
    if (this.#state.state !== "online" || this.#queue === undefined) return false;
    this.#queue.sendFrame(frame);
    return true;
  }

  /** Resolves when everything sent so far has left the process, or the connection is over. */
  async flush(): Promise<void> {
    if (this.#state.state === "online") await this.#queue?.whenEmpty();
  }

  /** Ends the connection because of `error`. The hub learns the code; nothing waits for its answer. */
  fail(error: ProtocolError): void {
    if (this.#state.state === "closed") return;
    this.#socket?.close(closeCodeFor(error.code), error.code);
    this.#end(error);
  }

  /** Ends the connection in good order. */
  close(): void {
    if (this.#state.state === "closed") return;
    this.#socket?.close(CLOSE_CODES.goingAway, "");
    this.#end(new ProtocolError("draining", "The agent stops."));
  }

  message(frame: Buffer, isBinary: boolean): void {
    if (this.#state.state === "closed") return;
    this.#lastHeardMs = this.#options.clock.monotonicMs();
    try {
      if (isBinary) throw new ProtocolError("malformed_frame", "The hub sent a binary frame.");
      this.#take(parseDown(frame));
    } catch (error) {
      this.fail(toProtocolError(error));
    }
  }

  closed(code: number, reason: string): void {
    const known = ERROR_CODES.find((errorCode) => errorCode === reason);
    const fallback = code === CLOSE_CODES.draining ? "draining" : "agent_timeout";
    this.#end(new ProtocolError(known ?? fallback, `The hub's connection ended (${reason === "" ? code : reason}).`));
  }

  #take(message: AgentDown): void {
    switch (message.type) {
      case "keys":
        this.#options.followKeys(message.updates);
        return;
      case "welcome":
        this.#welcomed(message);
        return;
      case "heartbeat":
        return;
      case "reconnect":
        this.#comeBackAfterMs = message.afterMs;
        return;
      default:
        if (this.#state.state !== "online") {
          throw new ProtocolError("unknown_message", `The hub sent "${message.type}" before its welcome.`);
        }
        this.#options.onMessage(message);
    }
  }

  #welcomed(welcome: Welcome): void {
    if (this.#state.state !== "greeting") throw new ProtocolError("unknown_message", "The hub said welcome twice.");
    const { hubId, hostId, clock, isSigned, onOnline } = this.#options;
    if (!isSigned("welcome", welcome)) {
      throw new ProtocolError("signature_invalid", "The hub's welcome is not signed by the key pinned at enrollment.");
    }
    const session = parseSession(welcome.payload);
    const { sessionNonce } = this.#state;
    if (session.sessionNonce !== sessionNonce || session.hubId !== hubId || session.hostId !== hostId) {
      throw new ProtocolError("signature_invalid", "The hub's welcome was meant for another connection.");
    }
    if (session.protocol < OLDEST_PROTOCOL_VERSION || session.protocol > PROTOCOL_VERSION) {
      throw new ProtocolError("protocol_version", `The hub chose protocol version ${session.protocol}.`);
    }
    const hubClock = new HubClock(clock, BigInt(session.hubTimeNs));
    this.#state = { state: "online", session, hubClock };
    this.#cancelTimer();
    this.#beat();
    onOnline(session, hubClock);
  }

  #beat(): void {
    const { clock } = this.#options;
    if (clock.monotonicMs() - this.#lastHeardMs >= HUB_SILENCE_MS) {
      this.#socket?.terminate();
      this.#end(new ProtocolError("agent_timeout", "The hub has been silent for 10 s."));
      return;
    }
    // Until the hub says the time anew, every command would be taken for one that comes too late.
    if (this.#state.state === "online" && this.#state.hubClock.leapMs >= CLOCK_LEAP_MS) {
      this.#socket?.terminate();
      this.#comeBackAfterMs = 0;
      this.#end(
        new ProtocolError(
          "expired",
          "This machine's clock was set forward, or it slept: the hub is asked for the time.",
        ),
      );
      return;
    }
    this.send({ type: "heartbeat", clockNs: String(clock.nowNs()) });
    this.#cancelTimer = clock.setTimer(AGENT_HEARTBEAT_MS, () => this.#beat());
  }

  #end(error: ProtocolError): void {
    if (this.#state.state === "closed") return;
    this.#cancelTimer();
    const end = { error, afterMs: this.#comeBackAfterMs };
    this.#state = { state: "closed", end };
    this.#options.onClosed(end);
  }
}
