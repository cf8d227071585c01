import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type Actor, demand } from "@yardarm/hub/auth/authority/can";
import { MemoryBus } from "@yardarm/hub/bus/memory-bus";
import { frameTransport } from "@yardarm/hub/gateway/frame-transport";
import { Gateway } from "@yardarm/hub/gateway/gateway";
import { MemoryLogStore } from "@yardarm/hub/logs/memory-log-store";
import type { AgentConnection } from "@yardarm/hub/relay/agent-connection";
import { AgentRegistry } from "@yardarm/hub/relay/agent-registry";
import { LogRelay } from "@yardarm/hub/relay/log/log-relay";
import { PageRequests } from "@yardarm/hub/relay/page-requests";
import { RequestRouter } from "@yardarm/hub/relay/request-router";
import { Turn } from "@yardarm/hub/relay/viewer/turn";
import { Viewer } from "@yardarm/hub/relay/viewer/viewer";
import { ProtocolError } from "@yardarm/protocol/errors";
import {
  asId,
  type ContainerId,
  type HostId,
  type HubId,
  type NodeId,
  type OrgId,
  type ProjectId,
  type SessionId,
  type UserId,
} from "@yardarm/protocol/ids";
import { WebSocket } from "ws";

const GATEWAY_ORG: OrgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
export const GATEWAY_CONTAINER: ContainerId = asId<ContainerId>("ctr_aaaaaaaaaaaaaaaaaaaa");
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");

const viewer: Actor = {
  userId: asId<UserId>("usr_aaaaaaaaaaaaaaaaaaaa"),
  sessionId: asId<SessionId>("ses_aaaaaaaaaaaaaaaaaaaa"),
  orgId: GATEWAY_ORG,
  role: "viewer",
  projects: null,
  name: "Vera",
  email: "vera@example.com",
};

/** What a peer's socket received, and how it ended. */
export class Peer {
  readonly socket: WebSocket;
  readonly received: (string | Buffer)[] = [];
  /** Close code and reason. */
  readonly closed: Promise<readonly [number, string]>;
  #waiting: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("message", (data: Buffer, isBinary) => {
      this.received.push(isBinary ? data : data.toString());
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => resolve([code, reason.toString()]));
    });
  }

  /**
   * The first message, already here or to come, for which `matches` says yes.
   * @throws Error when the socket is closed before it comes
   */
  async message(matches: (text: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.received.find((data): data is string => typeof data === "string" && matches(data));
      if (found !== undefined) return found;
      const end = await Promise.race([
        new Promise<null>((resolve) => this.#waiting.push(() => resolve(null))),
        this.closed,
      ]);
      if (end !== null) throw new Error(`The socket was closed (${end.join(" ")}) before the message came.`);
    }
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message));
  }
}

/** An open socket to `url` (`http…`), as somebody with these headers. */
export const openPeer = async (url: string, headers: Readonly<Record<string, string>>): Promise<Peer> => {
  const peer = new Peer(new WebSocket(url.replace(/^http/, "ws"), { headers }));
  await once(peer.socket, "open");
  return peer;
};

export const HELLO = {
  type: "hello",
  protocol: { min: 1, max: 1 },
  agentVersion: "0.1.0",
  sessionNonce: "A".repeat(43),
  machine: { hostname: "fra-1", os: "linux", kernel: "6", arch: "x64", cpus: 2, memoryBytes: 1 },
  engine: { state: "unreachable", code: "engine_unreachable", message: "none" },
  metricsBackend: null,
  clockNs: "1",
  witness: null,
} as const;

/** A gateway on real sockets, in front of a real relay; people and agents are who their credential says. */
export class GatewayWorld implements AsyncDisposable {
  readonly refusals: string[] = [];
  readonly unexpected: unknown[] = [];
  readonly messages: string[] = [];
  readonly registry: AgentRegistry;
  readonly relay: LogRelay;
  readonly router: RequestRouter;
  readonly pages: PageRequests;
  readonly gateway: Gateway;
  /** What `recheck` finds; `null`: the session is over. */
  actor: Actor | null = viewer;
  nowMs = 1_000_000;
  readonly #server = createServer();
  #epoch = 0;

  constructor() {
    const report = (error: unknown): void => void this.unexpected.push(error);
    const after = (delayMs: number, task: () => void): (() => void) => {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    };
    const turn = new Turn({ defer: setImmediate, report });
    const drops = { count: () => {} };
    const nowMs = (): number => this.nowMs;
    const nodeId = asId<NodeId>("nod_aaaaaaaaaaaaaaaaaaaa");
    this.relay = new LogRelay({ nodeId, log: new MemoryLogStore(), turn, drops, nowMs, report });
    const router = new RequestRouter({ bus: new MemoryBus({ report, after }), report });
    this.router = router;
    this.pages = new PageRequests({
      hubId: asId<HubId>("hub_aaaaaaaaaaaaaaaaaaaa"),
      sign: (_purpose, payload) => ({ payload, keyId: "key", signature: "A".repeat(86) }),
      nowNs: () => BigInt(this.nowMs) * 1_000_000n,
      after,
    });
    this.pages.serve(router);
    this.registry = new AgentRegistry({ nowMs, events: { presence: () => {}, duplicate: () => {} } });
    this.gateway = new Gateway({
      authenticators: {
        challenge: () => ({ hub: "hub_aaaaaaaaaaaaaaaaaaaa", nonce: "nonce-nonce-nonce-nonce" }),
        agent: async (token, id) => {
          if (token !== "good") throw new ProtocolError("nonce_invalid", "Wrong.");
          this.#epoch += 1;
          const known = { orgId: GATEWAY_ORG, enrolledAtNs: "1", agentPublicKey: "key" };
          return { ...known, hostId: asId<HostId>(id), epoch: this.#epoch };
        },
        client: async (request, ticket) => this.#client(request, ticket),
      },
      agents: {
        registry: this.registry,
        relay: this.relay,
        router,
        pages: this.pages,
        handlers: {
          connected: (connection: AgentConnection) => this.messages.push(`connected ${connection.hostId}`),
          message: (connection, message) => this.messages.push(`${message.type} ${connection.hostId}`),
        },
        beforeWelcome: [],
        welcome: () => ({ type: "welcome", payload: "{}", keyId: "key", signature: "A".repeat(86) }),
        received: () => {},
        refused: (_agent, error) => this.refusals.push(error.code),
      },
      clients: {
        recheck: async () => this.actor,
        relay: this.relay,
        handlers: {
          demand,
          locate: (actor, containerId) => {
            if (containerId !== GATEWAY_CONTAINER) throw new ProtocolError("not_found", "No such container.");
            const projectId = asId<ProjectId>("prj_aaaaaaaaaaaaaaaaaaaa");
            return { resource: { orgId: actor.orgId, projectId, hostId }, hostId };
          },
          subscribeFleet: () => () => {},
          subscribeMetrics: () => () => {},
        },
        nowMs,
        report,
      },
      newViewer: (socket) => new Viewer({ socket, transport: frameTransport, turn, drops }),
      refusedUpgrade: () => {},
      version: "1.2.3",
      recheckMs: 20,
      random: () => 0,
      report,
    });
  }

  async open(): Promise<this> {
    this.#server.on("upgrade", (request, stream, head) => void this.gateway.upgrade(request, stream, head));
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  /** Status and headers with which an upgrade is refused. */
  async refused(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const socket = this.#dial(path, headers);
    const [, response] = await once(socket, "unexpected-response");
    socket.on("error", () => {});
    response.destroy();
    return response;
  }

  async connect(path: string, headers: Record<string, string>): Promise<Peer> {
    const peer = new Peer(this.#dial(path, headers));
    await once(peer.socket, "open");
    return peer;
  }

  client(): Promise<Peer> {
    return this.connect("/ws/client", { cookie: "good" });
  }

  agent(id: string = hostId): Promise<Peer> {
    return this.connect(`/ws/agent/${id}`, { authorization: "Bearer good" });
  }

  /** An agent that has been welcomed. */
  async welcomedAgent(id: string = hostId): Promise<Peer> {
    const peer = await this.agent(id);
    peer.send(HELLO);
    await peer.message((text) => text.includes("welcome"));
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.gateway.drain();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #dial(path: string, headers: Record<string, string>): WebSocket {
    return new WebSocket(`ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`, { headers });
  }

  #client(request: IncomingMessage, ticket: string | null): Actor {
    if (request.headers.origin === "https://evil.example") throw new ProtocolError("origin_rejected", "No.");
    if (ticket !== "good" && request.headers.cookie !== "good") throw new ProtocolError("unauthenticated", "No.");
    return viewer;
  }
}
