/** One request, one answer: kept and bounded connections, a timeout on every call, a bound on every body. */
import * as http from "node:http";
import * as https from "node:https";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { EngineEndpoint } from "./endpoint.ts";
import { connectionError, timeoutError } from "./engine-errors.ts";

/**
 * Calls of one lane share connections. `read` answers at once; `stats` may wait for the engine's collector;
 * `act` holds its connection as long as a container takes to stop. None may hold up another.
 */
export type Lane = "read" | "stats" | "act";

export type UnaryRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly lane: Lane;
  /** Names the call in errors, as an infinitive: "list containers". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

export type UnaryResponse = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Connections per lane; what comes beyond waits its turn inside its own timeout. */
const CONNECTIONS = { read: 8, stats: 20, act: 64 } as const satisfies Record<Lane, number>;
/** The list of ten thousand containers is about 20 MB. */
const BODY_BYTES = 64 * 1024 * 1024;
const IDLE_CONNECTION_MS = 30_000;

export class UnaryClient {
  readonly #endpoint: EngineEndpoint;
  readonly #agents: Readonly<Record<Lane, http.Agent>>;

  constructor(endpoint: EngineEndpoint) {
    this.#endpoint = endpoint;
    this.#agents = { read: this.#agentFor("read"), stats: this.#agentFor("stats"), act: this.#agentFor("act") };
  }

  /**
   * Resolves with any answer, whatever its status. Rejects with `engine_unreachable` or `engine_permission`,
   * or with the caller's own abort reason.
   */
  async request(request: UnaryRequest): Promise<UnaryResponse> {
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    try {
      return await this.#exchangeTwice(request, signal);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (timeout.aborted) throw timeoutError(this.#endpoint, request.what, request.timeoutMs);
      throw error instanceof ProtocolError ? error : connectionError(this.#endpoint, error);
    }
  }

  /** Closes the kept connections; running requests end with an error. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** A kept connection may die unseen when the engine restarts; a read that met such a one is asked again, once. */
  async #exchangeTwice(request: UnaryRequest, signal: AbortSignal): Promise<UnaryResponse> {
    const first = await this.#exchange(request, signal);
    if (first !== "stale_connection") return first;
    const second = await this.#exchange(request, signal);
    if (second !== "stale_connection") return second;
    throw new Error("The engine closed two connections in a row.");
  }

  #exchange(request: UnaryRequest, signal: AbortSignal): Promise<UnaryResponse | "stale_connection"> {
    return new Promise((resolve, reject) => {
      const { method, path, lane } = request;
      const outgoing = this.#module().request({ ...this.#target(), method, path, agent: this.#agents[lane], signal });
      outgoing.on("error", (error) => {
        if (method === "GET" && outgoing.reusedSocket && !signal.aborted) resolve("stale_connection");
        else reject(error);
      });
      outgoing.on("response", (incoming) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        incoming.on("data", (piece: Buffer) => {
          bytes += piece.length;
          if (bytes <= BODY_BYTES) pieces.push(piece);
          else reject(new ProtocolError("engine_error", `The engine's answer to ${request.what} is too large.`));
          if (bytes > BODY_BYTES) incoming.destroy();
        });
        incoming.on("end", () => {
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(pieces) });
        });
        incoming.on("error", reject);
      });
      outgoing.end();
    });
  }

  #agentFor(lane: Lane): http.Agent {
    // Calls that act are never sent on a kept connection: a stale one would leave it unknown whether they ran.
    const keepAlive = lane !== "act";
    const options = { keepAlive, maxSockets: CONNECTIONS[lane], maxFreeSockets: 2, timeout: 0 };
    const isTls = this.#endpoint.kind === "tcp" && this.#endpoint.tls !== null;
    const agent = isTls ? new https.Agent(options) : new http.Agent(options);
    agent.on("free", (socket: { setTimeout(ms: number): void }) => socket.setTimeout(IDLE_CONNECTION_MS));
    return agent;
  }

  #module(): typeof http | typeof https {
    return this.#endpoint.kind === "tcp" && this.#endpoint.tls !== null ? https : http;
  }

  #target(): https.RequestOptions {
    const endpoint = this.#endpoint;
    if (endpoint.kind === "unix") return { socketPath: endpoint.socketPath, host: "docker" };
    return { host: endpoint.host, port: endpoint.port, ...endpoint.tls };
  }
}
