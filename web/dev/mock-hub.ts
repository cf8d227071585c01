import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Role } from "@yardarm/protocol/api/auth";
import type { Problem } from "@yardarm/protocol/api/problem";
import type { ErrorCode } from "@yardarm/protocol/errors";
import { ProtocolError } from "@yardarm/protocol/errors";
import { WebSocketServer } from "ws";
import { MockFleet, makeWorld } from "./mock-fleet.ts";
import { type Answer, handleApi, type MockRequest, type MockState } from "./mock-routes.ts";
import { serveClient } from "./mock-socket.ts";
import { readDist, SECURITY_HEADERS } from "./mock-static.ts";

/** A hub to build the interface against: real HTTP and WebSocket, real content policy, state that is kept, simulated hosts. */

export type MockHubOptions = {
  readonly port: number;
  /** Somebody has claimed it already: owner@example.com, password "correct horse battery". */
  readonly isClaimed: boolean;
  readonly role: Role;
  /** Containers beside the fixed ones. `null`: no hosts at all. */
  readonly extraContainers: number | null;
};

export type MockHub = {
  readonly url: string;
  readonly setupToken: string;
  readonly fleet: MockFleet;
  /** Cuts every browser's connection, as a restart would. */
  readonly cutSockets: () => void;
  readonly close: () => Promise<void>;
};

const STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  unauthenticated: 401,
  forbidden: 403,
  protected: 403,
  origin_rejected: 403,
  not_found: 404,
  conflict: 409,
  busy: 409,
  invalid_request: 400,
  agent_offline: 503,
};

/** Starts it on loopback. Port 0 takes a free one. */
export const startMockHub = async (options: MockHubOptions): Promise<MockHub> => {
  const world = options.extraContainers === null ? { hosts: [], containers: [] } : makeWorld(options.extraContainers);
  const fleet = new MockFleet(world);
  const setupToken = randomBytes(16).toString("hex");
  const state: MockState = { fleet, setupToken, isClaimed: options.isClaimed, role: options.role, sessions: new Map() };
  const dist = await readDist();

  const server = createServer((request, response) => {
    void respond(request, response);
  });
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    if (path === "/healthz") return write(response, { status: 200, body: {} });
    if (path.startsWith("/api/")) return write(response, await answerApi(state, request));
    const file = dist.get(path) ?? dist.get("/index.html");
    if (file === undefined) return write(response, problem("not_found", "Build the interface first."));
    response.writeHead(200, { ...SECURITY_HEADERS, "content-type": file.type }).end(file.body);
  };

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    const isKnown = state.sessions.has(sessionOf(request));
    if (!isKnown || request.headers.origin !== urlOf(server)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => serveClient(client, fleet));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const cutSockets = (): void => {
    for (const client of sockets.clients) client.terminate();
  };
  return {
    url: urlOf(server),
    setupToken,
    fleet,
    cutSockets,
    close: async () => {
      cutSockets();
      fleet.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const sessionOf = (request: IncomingMessage): string =>
  /(?:^|;\s*)__Host-yardarm=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";

const answerApi = async (state: MockState, request: IncomingMessage): Promise<Answer> => {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  try {
    const call: MockRequest = {
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      session: sessionOf(request),
      body: await readBody(request),
    };
    return await handleApi(state, call);
  } catch (error) {
    if (error instanceof ProtocolError) return problem(error.code, error.message);
    if (error instanceof Error && ["$ZodError", "ZodError", "SyntaxError"].includes(error.name)) {
      return problem("invalid_request", error.message);
    }
    return problem("internal", "Something unexpected went wrong.");
  }
};

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
};

const problem = (code: ErrorCode, detail: string): Answer => {
  const status = STATUS[code] ?? 500;
  const body: Problem = {
    type: "about:blank",
    title: code,
    status,
    detail,
    code,
    requestId: `req_${randomBytes(6).toString("hex")}`,
  };
  return { status, body, type: "application/problem+json" };
};

const write = (response: ServerResponse, answer: Answer): void => {
  response.writeHead(answer.status, {
    ...SECURITY_HEADERS,
    "content-type": answer.type ?? "application/json",
    ...answer.headers,
  });
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
};
