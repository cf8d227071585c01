import { ERROR_CODES, ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import type { Bus, Subject, Unsubscribe } from "../bus/bus.ts";
import type { AgentConnection } from "./agent-connection.ts";

/**
 * Runs on the node that holds the agent's socket. `body` came from another node and is JSON; what is returned goes back.
 * A `ProtocolError` crosses with its code and message.
 */
export type AgentRequestHandler = (connection: AgentConnection, body: unknown) => Promise<unknown>;

export interface AgentRequest {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  /** Which handler serves it. */
  readonly kind: string;
  /** JSON. */
  readonly body: unknown;
  readonly timeoutMs: number;
}

type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const subjectOf = (orgId: OrgId, hostId: HostId): Subject => ({ orgId, name: `agent.${hostId}` });

/**
 * Requests to agents, wherever they are connected: the node that holds an agent's socket answers that agent's subject,
 * so the bus is the routing table.
 */
export class RequestRouter {
  readonly #bus: Bus;
  readonly #report: (error: unknown) => void;
  readonly #handlers = new Map<string, AgentRequestHandler>();
  readonly #attached = new Map<AgentConnection, Unsubscribe>();

  constructor(options: { readonly bus: Bus; readonly report: (error: unknown) => void }) {
    this.#bus = options.bus;
    this.#report = options.report;
  }

  /** Declares who serves requests of `kind` on this node; once per kind, before agents connect. */
  serve(kind: string, handler: AgentRequestHandler): void {
    if (this.#handlers.has(kind)) throw new RangeError(`Requests of kind ${kind} are served already.`);
    this.#handlers.set(kind, handler);
  }

  /** From now on this node answers for the connection's host. */
  attach(connection: AgentConnection): void {
    const unsubscribe = this.#bus.respond(subjectOf(connection.orgId, connection.hostId), (payload) =>
      this.#serve(connection, payload),
    );
    this.#attached.set(connection, unsubscribe);
  }

  detach(connection: AgentConnection): void {
    this.#attached.get(connection)?.();
    this.#attached.delete(connection);
  }

  /**
   * Asks the node that holds the host's agent.
   *
   * @throws ProtocolError `agent_offline` when no node holds it, `agent_timeout`, or whatever the handler threw
   */
  async request({ orgId, hostId, kind, body, timeoutMs }: AgentRequest): Promise<unknown> {
    const payload = encoder.encode(JSON.stringify({ kind, body }));
    const reply = await this.#bus.request(subjectOf(orgId, hostId), payload, { timeoutMs });
    if (reply.kind === "no_responder") throw new ProtocolError("agent_offline", "The host's agent is not connected.");
    if (reply.kind === "timed_out")
      throw new ProtocolError("agent_timeout", "The host's agent did not answer in time.");
    const answer = JSON.parse(decoder.decode(reply.payload)) as Answer;
    if (answer.ok) return answer.body;
    const code = ERROR_CODES.find((known) => known === answer.code) ?? "internal";
    throw new ProtocolError(code, answer.message);
  }

  async #serve(connection: AgentConnection, payload: Uint8Array): Promise<Uint8Array> {
    let answer: Answer;
    try {
      const { kind, body } = JSON.parse(decoder.decode(payload)) as { readonly kind: string; readonly body: unknown };
      const handler = this.#handlers.get(kind);
      if (handler === undefined) throw new ProtocolError("not_found", "Nobody on this node serves such requests.");
      if (!connection.isOpen) throw new ProtocolError("agent_offline", "The host's agent is not connected.");
      answer = { ok: true, body: (await handler(connection, body)) ?? null };
    } catch (cause) {
      const { code, message } = toProtocolError(cause);
      if (code === "internal") this.#report(cause);
      answer = { ok: false, code, message };
    }
    return encoder.encode(JSON.stringify(answer));
  }
}
