import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import type { Welcome } from "@yardarm/protocol/agent-down/welcome";
import type { Hello } from "@yardarm/protocol/agent-up/hello";
import { type AgentUp, agentUpSchema } from "@yardarm/protocol/agent-up/up";
import { closeCodeFor } from "@yardarm/protocol/close-codes";
import { type ErrorCode, ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { AGENT_MESSAGE_BYTES } from "@yardarm/protocol/limits";
import { FRAME_LOG_PAGE } from "@yardarm/protocol/log/frame";
import { negotiateVersion } from "@yardarm/protocol/protocol-version";
import type { WebSocket } from "ws";
import type { AgentConnection, AgentSocket } from "../relay/agent-connection.ts";
import type { AgentRegistry } from "../relay/agent-registry.ts";
import type { LogRelay } from "../relay/log/log-relay.ts";
import type { PageRequests } from "../relay/page-requests.ts";
import type { RequestRouter } from "../relay/request-router.ts";
import { readMessage } from "./read-message.ts";

/** Time that an agent has for its `hello` and the hub for admitting it. */
const HELLO_MS = 15_000;
/** Time that the peer has to answer a close before the socket is cut. */
const CLOSE_MS = 2_000;
/** What may wait for one agent; one that does not even take its acknowledgements is closed as a slow consumer. */
const QUEUE_BYTES = 8 * 1024 * 1024;

/** Who the agent is, as its connect token proved. */
export type AuthenticatedAgent = {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  /** Orders the host's successive connections. */
  readonly epoch: number;
  /** By which it was proved. */
  readonly agentPublicKey: string;
  readonly enrolledAtNs: string;
};

/** What other parts make of agents. Calls of one connection come in order: `connected`, then its messages. */
export type AgentHandlers = {
  readonly connected: (connection: AgentConnection, hello: Hello) => void;
  readonly message: (connection: AgentConnection, message: Exclude<AgentUp, { type: "hello" | "heartbeat" }>) => void;
};

export type AgentSessionOptions = {
  readonly registry: AgentRegistry;
  readonly relay: LogRelay;
  readonly router: RequestRouter;
  readonly pages: Pick<PageRequests, "take" | "gone">;
  readonly handlers: AgentHandlers;
  /** What every agent is told before `welcome`, because it may need it to believe that. */
  readonly beforeWelcome: readonly AgentDown[];
  /** The signed `welcome` for this connection. */
  readonly welcome: (agent: AuthenticatedAgent, connection: AgentConnection, protocol: number) => Welcome;
  /** Told of every binary frame, for counting. */
  readonly received: (frameBytes: number) => void;
  /** Told of every connection that the hub ended, with the sentence why. */
  readonly refused: (agent: AuthenticatedAgent, error: ProtocolError) => void;
};

type State =
  | { readonly kind: "greeting" }
  | { readonly kind: "admitting" }
  | { readonly kind: "connected"; readonly connection: AgentConnection }
  | { readonly kind: "closed" };

/** One agent's socket from `hello` to its end. Any violation ends it with a named code and touches nothing else. */
export class AgentSession implements AgentSocket {
  readonly #socket: WebSocket;
  readonly #agent: AuthenticatedAgent;
  readonly #options: AgentSessionOptions;
  readonly #gone = new AbortController();
  readonly #greetingTimer: NodeJS.Timeout;
  #state: State = { kind: "greeting" };

  constructor(socket: WebSocket, agent: AuthenticatedAgent, options: AgentSessionOptions) {
    this.#socket = socket;
    this.#agent = agent;
    this.#options = options;
    this.#greetingTimer = setTimeout(
      () => this.#fail(new ProtocolError("malformed_frame", "No hello came.")),
      HELLO_MS,
    );
    socket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary));
    socket.on("pong", (payload) => {
      if (this.#state.kind === "connected") options.registry.pong(this.#state.connection, payload.toString());
    });
    socket.on("error", (cause) => {
      const isTooLarge = cause instanceof RangeError;
      const code = isTooLarge ? "message_too_large" : "malformed_frame";
      this.#fail(new ProtocolError(code, "The socket broke the WebSocket protocol.", { cause }));
    });
    socket.on("close", () => this.#end());
  }

  send(message: Parameters<AgentSocket["send"]>[0]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    if (this.#socket.bufferedAmount > QUEUE_BYTES) {
      this.#fail(new ProtocolError("slow_consumer", "The agent does not take what it is sent."));
    }
  }

  ping(payload: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(payload);
  }

  close(code: ErrorCode): void {
    this.#end();
    this.#socket.close(closeCodeFor(code), code);
    const timer = setTimeout(() => this.#socket.terminate(), CLOSE_MS);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  /** Cuts a connection whose host counts as offline: nobody is there, whatever TCP believes. */
  checkAlive(): void {
    if (this.#state.kind !== "connected") return;
    if (this.#options.registry.presence(this.#agent.hostId)?.status !== "offline") return;
    this.#fail(new ProtocolError("agent_timeout", "The agent was silent for 30 s."));
  }

  #receive(data: Buffer, isBinary: boolean): void {
    try {
      switch (this.#state.kind) {
        case "greeting":
          this.#greet(data, isBinary);
          break;
        case "admitting":
          throw new ProtocolError("malformed_frame", "An agent waits for welcome before it speaks on.");
        case "connected":
          this.#options.registry.seen(this.#state.connection);
          if (isBinary) {
            this.#options.received(data.length);
            const { relay, pages } = this.#options;
            if (data[0] === FRAME_LOG_PAGE) pages.take(this.#state.connection, data);
            else relay.frame(this.#state.connection, data);
          } else this.#dispatch(this.#state.connection, data);
          break;
        case "closed":
          break;
      }
    } catch (error) {
      this.#fail(toProtocolError(error));
    }
  }

  #greet(data: Buffer, isBinary: boolean): void {
    const message = isBinary ? null : readMessage(agentUpSchema, data, AGENT_MESSAGE_BYTES);
    if (message?.type !== "hello") throw new ProtocolError("malformed_frame", "The first message must be hello.");
    const protocol = negotiateVersion(message.protocol);
    if (protocol === null) {
      throw new ProtocolError("protocol_version", "This agent and this hub have no protocol version in common.");
    }
    this.#state = { kind: "admitting" };
    void this.#admit(message, protocol).catch((error: unknown) => this.#fail(toProtocolError(error)));
  }

  async #admit(hello: Hello, protocol: number): Promise<void> {
    const { orgId, hostId, epoch, agentPublicKey } = this.#agent;
    const { registry, router, handlers, beforeWelcome, welcome } = this.#options;
    const { sessionNonce } = hello;
    const connection = await registry.admit({
      ...{ orgId, hostId, epoch, agentPublicKey, sessionNonce },
      socket: this,
      signal: this.#gone.signal,
    });
    clearTimeout(this.#greetingTimer);
    this.#state = { kind: "connected", connection };
    for (const message of beforeWelcome) this.send(message);
    this.send(welcome(this.#agent, connection, protocol));
    router.attach(connection);
    handlers.connected(connection, hello);
  }

  #dispatch(connection: AgentConnection, data: Buffer): void {
    const message = readMessage(agentUpSchema, data, AGENT_MESSAGE_BYTES);
    switch (message.type) {
      case "hello":
        throw new ProtocolError("malformed_frame", "A second hello.");
      case "heartbeat":
        connection.send({ type: "heartbeat" });
        break;
      default:
        this.#options.handlers.message(connection, message);
    }
  }

  #fail(error: ProtocolError): void {
    if (this.#state.kind === "closed") return;
    this.#options.refused(this.#agent, error);
    this.close(error.code);
  }

  /** Everybody is told that this connection is gone; once, and before anything else can take its place. */
  #end(): void {
    if (this.#state.kind === "closed") return;
    const { registry, relay, router, pages } = this.#options;
    const before = this.#state;
    this.#state = { kind: "closed" };
    clearTimeout(this.#greetingTimer);
    this.#gone.abort();
    if (before.kind !== "connected") return;
    router.detach(before.connection);
    relay.gone(before.connection);
    pages.gone(before.connection);
    registry.gone(before.connection);
  }
}
