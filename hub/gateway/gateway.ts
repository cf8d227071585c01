import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { formatChallenge } from "@yardarm/protocol/challenge";
import { type ErrorCode, ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import { AGENT_FRAME_BYTES, CLIENT_MESSAGE_BYTES, CLIENT_PING_MS } from "@yardarm/protocol/limits";
import { type WebSocket, WebSocketServer } from "ws";
import type { Actor } from "../auth/authority/can.ts";
import type { ReportFailure } from "../observability/report-failure.ts";
import type { Viewer, ViewerSocket } from "../relay/viewer/viewer.ts";
import { AgentSession, type AgentSessionOptions, type AuthenticatedAgent } from "./agent-session.ts";
import { ClientSession, type ClientSessionOptions } from "./client-session.ts";

const AGENT_PATH = /^\/ws\/agent\/([a-z0-9_]{1,80})$/;
const CLIENT_PATH = "/ws/client";
/** Agents that are told to come back wait up to this long, spread evenly, so that they do not all come at once. */
const RECONNECT_SPREAD_MS = 5_000;

/** Who is at the door. Both reject with a `ProtocolError`; nothing is upgraded before they resolve. */
export type Authenticators = {
  /** Who challenges, and a fresh nonce. */
  readonly challenge: () => { readonly hub: string; readonly nonce: string };
  readonly agent: (token: string, hostId: string) => Promise<AuthenticatedAgent>;
  /** Checks origin and cookie, or spends the ticket. */
  readonly client: (request: IncomingMessage, ticket: string | null) => Promise<Actor>;
};

export type GatewayOptions = {
  readonly authenticators: Authenticators;
  readonly agents: AgentSessionOptions;
  readonly clients: Omit<ClientSessionOptions, "actor">;
  readonly newViewer: (socket: ViewerSocket) => Viewer;
  /** Told of every upgrade that was refused. */
  readonly refusedUpgrade: (socket: "agent" | "client" | "other", code: ErrorCode) => void;
  /** First message on a client's socket. */
  readonly version: string;
  /** How often sockets re-check session and role; at most 5 s (IDTY-09). */
  readonly recheckMs: number;
  readonly random: () => number;
  readonly report: ReportFailure;
};

/** Statuses of refused upgrades; everything else is 403. */
const STATUS: Partial<Readonly<Record<ErrorCode, string>>> = {
  unauthenticated: "401 Unauthorized",
  nonce_invalid: "401 Unauthorized",
  token_invalid: "401 Unauthorized",
  signature_invalid: "401 Unauthorized",
  not_found: "404 Not Found",
  rate_limited: "429 Too Many Requests",
  internal: "500 Internal Server Error",
  draining: "503 Service Unavailable",
  storage_unavailable: "503 Service Unavailable",
};

/**
 * The two WebSocket doors. An upgrade is completed only for somebody who is known; everybody else gets an HTTP answer.
 * No extension is ever negotiated: compression costs many times the CPU of relaying.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #agentServer: WebSocketServer;
  readonly #clientServer: WebSocketServer;
  readonly #agents = new Set<AgentSession>();
  readonly #clients = new Set<ClientSession>();
  readonly #timers: readonly NodeJS.Timeout[];
  #isDraining = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const common = { noServer: true, perMessageDeflate: false, skipUTF8Validation: false } as const;
    this.#agentServer = new WebSocketServer({ ...common, maxPayload: AGENT_FRAME_BYTES });
    this.#clientServer = new WebSocketServer({ ...common, maxPayload: CLIENT_MESSAGE_BYTES });
    this.#timers = [
      setInterval(() => {
        this.#recheck();
        for (const agent of this.#agents) agent.checkAlive();
      }, options.recheckMs),
      setInterval(() => {
        for (const client of this.#clients) client.ping();
      }, CLIENT_PING_MS),
    ];
  }

  get agentCount(): number {
    return this.#agents.size;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /**
   * Somebody's rights changed (IDTY-09): their sockets look again at once. Without a person it is everybody whose access
   * is limited to projects, because what is in those changed; they come back by themselves and see what is theirs now.
   */
  authorityChanged({ orgId, userId }: { readonly orgId: OrgId; readonly userId: UserId | null }): void {
    for (const client of this.#clients) {
      const { actor } = client;
      if (actor.orgId !== orgId) continue;
      if (userId === actor.userId) client.recheck().catch(this.#options.report);
      else if (userId === null && actor.projects !== null) client.close("forbidden");
    }
  }

  /** Takes over a request to upgrade; for the HTTP server's `upgrade` event. Never rejects. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const breakOff = (): void => {
      stream.destroy();
    };
    stream.on("error", breakOff);
    const url = URL.parse(request.url ?? "/", "http://hub") ?? new URL("http://hub/");
    const [, hostId] = AGENT_PATH.exec(url.pathname) ?? [];
    try {
      if (this.#isDraining) throw new ProtocolError("draining", "This hub is about to stop.");
      if (hostId !== undefined) await this.#upgradeAgent({ request, stream, head, url }, hostId);
      else if (url.pathname === CLIENT_PATH) await this.#upgradeClient({ request, stream, head, url });
      else throw new ProtocolError("not_found", "There is no socket at this address.");
      // From here on the WebSocket listens itself.
      stream.off("error", breakOff);
    } catch (error) {
      const kind = hostId !== undefined ? "agent" : url.pathname === CLIENT_PATH ? "client" : "other";
      this.#options.refusedUpgrade(kind, toProtocolError(error).code);
      // Still listened to: whoever is refused may break off before the answer has left, and an error that nobody hears ends the hub.
      this.#refuse(stream, error);
    }
  }

  /** Nobody new is let in, agents are told when to come back, browsers are closed: they reconnect by themselves. */
  drain(): void {
    this.#isDraining = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const client of this.#clients) client.close("draining");
    for (const agent of this.#agents) {
      const afterMs = 500 + Math.floor(this.#options.random() * RECONNECT_SPREAD_MS);
      agent.send({ type: "reconnect", afterMs, reason: "The hub is restarting." });
      agent.close("draining");
    }
  }

  async #upgradeAgent(arrival: Arrival, hostId: string): Promise<void> {
    const { request, url } = arrival;
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? url.searchParams.get("token");
    if (token === null) throw new ProtocolError("unauthenticated", "Answer the challenge.");
    const agent = await this.#options.authenticators.agent(token, hostId);
    const socket = await complete(this.#agentServer, arrival);
    const session = new AgentSession(socket, agent, this.#options.agents);
    this.#agents.add(session);
    socket.once("close", () => this.#agents.delete(session));
  }

  async #upgradeClient(arrival: Arrival): Promise<void> {
    const { authenticators, clients, newViewer, version } = this.#options;
    const actor = await authenticators.client(arrival.request, arrival.url.searchParams.get("ticket"));
    const socket = await complete(this.#clientServer, arrival);
    const session = new ClientSession({ socket, stream: arrival.stream }, newViewer, { ...clients, actor });
    this.#clients.add(session);
    socket.once("close", () => this.#clients.delete(session));
    session.send({ type: "ready", version, hubTimeNs: (BigInt(clients.nowMs()) * 1_000_000n).toString() });
  }

  #refuse(stream: Duplex, error: unknown): void {
    const { code, message } = toProtocolError(error);
    if (code === "internal") this.#options.report(error);
    if (stream.destroyed) return;
    const status = STATUS[code] ?? "403 Forbidden";
    const challenge = status.startsWith("401")
      ? `WWW-Authenticate: ${formatChallenge(this.#options.authenticators.challenge())}\r\n`
      : "";
    const body = JSON.stringify({ code, detail: message });
    stream.end(
      `HTTP/1.1 ${status}\r\n${challenge}Connection: close\r\nContent-Type: application/problem+json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  #recheck(): void {
    for (const client of this.#clients) client.recheck().catch(this.#options.report);
  }
}

type Arrival = {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  readonly head: Buffer;
  readonly url: URL;
};

/** Finishes the handshake. Rejects for one that is not a WebSocket's; `ws` has answered it then. */
const complete = (server: WebSocketServer, { request, stream, head }: Arrival): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const broken = (): void => reject(new ProtocolError("invalid_request", "Not a WebSocket handshake."));
    stream.once("close", broken);
    server.handleUpgrade(request, stream, head, (socket) => {
      stream.off("close", broken);
      resolve(socket);
    });
  });
