import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import type { ErrorCode } from "@yardarm/protocol/errors";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { ACK_INTERVAL_MS } from "@yardarm/protocol/limits";

/** Committed bytes after which an acknowledgement does not wait for its interval: a fast source never runs dry. */
const EARLY_ACK_BYTES = 1024 * 1024;

/** What the relay needs of an agent's socket; the gateway implements it. */
export interface AgentSocket {
  /** MUST keep the order, MUST NOT block. After `close` it does nothing. */
  send(message: AgentDown): void;
  /** Asks for a pong that carries `payload` back. */
  ping(payload: string): void;
  /**
   * Ends the connection. MUST have told everybody that it is gone when this returns, so that a successor never meets its
   * predecessor's state.
   */
  close(code: ErrorCode): void;
}

/** One authenticated connection of one host's agent. Who it is comes from here, never from a message. */
export class AgentConnection {
  // fixed
  readonly orgId: OrgId;
  readonly hostId: HostId;
  /** Orders the successive connections of one host. */
  readonly epoch: number;
  /** Made by the agent in `hello`; commands are signed for this session alone. */
  readonly sessionNonce: string;
  readonly #socket: AgentSocket;
  // state
  /** Bytes of log frames that came and are not committed yet. The log relay keeps it. */
  uncommittedBytes = 0;
  #open = true;
  #acks = new Map<number, number>();
  #ackableBytes = 0;
  #ackedAtMs = 0;

  constructor(options: {
    readonly orgId: OrgId;
    readonly hostId: HostId;
    readonly epoch: number;
    readonly sessionNonce: string;
    readonly socket: AgentSocket;
  }) {
    this.orgId = options.orgId;
    this.hostId = options.hostId;
    this.epoch = options.epoch;
    this.sessionNonce = options.sessionNonce;
    this.#socket = options.socket;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  send(message: AgentDown): void {
    if (this.#open) this.#socket.send(message);
  }

  ping(payload: string): void {
    if (this.#open) this.#socket.ping(payload);
  }

  close(code: ErrorCode): void {
    if (this.#open) this.#socket.close(code);
  }

  /** Called by the registry alone. */
  markGone(): void {
    this.#open = false;
    this.#acks.clear();
  }

  /** Notes that everything below `nextSeq` is committed; sent by the next `flushAcks`, or now after enough bytes. */
  ack(alias: number, nextSeq: number, bytes: number): void {
    if (!this.#open) return;
    this.#acks.set(alias, nextSeq);
    this.#ackableBytes += bytes;
    if (this.#ackableBytes >= EARLY_ACK_BYTES) this.#sendAcks();
  }

  flushAcks(nowMs: number): void {
    if (this.#acks.size === 0 || nowMs - this.#ackedAtMs < ACK_INTERVAL_MS) return;
    this.#ackedAtMs = nowMs;
    this.#sendAcks();
  }

  #sendAcks(): void {
    const acks = [...this.#acks].map(([alias, nextSeq]) => ({ alias, nextSeq }));
    this.#acks.clear();
    this.#ackableBytes = 0;
    for (let from = 0; from < acks.length; from += ACKS_PER_MESSAGE) {
      this.send({ type: "ack", acks: acks.slice(from, from + ACKS_PER_MESSAGE) });
    }
  }
}

/** The schema's own limit. */
const ACKS_PER_MESSAGE = 5000;
