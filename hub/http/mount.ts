import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Context, Hono } from "hono";
import type { Actor } from "../auth/authority/can.ts";
import type { AddressedRequest } from "../auth/request/client-address.ts";
import type { Guard, Operation, RequestInfo } from "./operation.ts";
import { problemResponse, toRequestError } from "./problem.ts";

const BODY_BYTES = 64 * 1024;

export type MountOptions = {
  /** Who calls, by session cookie or API token; `null` when nobody is signed in. */
  readonly authenticate: (headers: Headers, address: string) => Promise<Actor | null>;
  /** As `Guard`, and told from where it was asked. */
  readonly guard: (...asked: [...Parameters<Guard>, address: string]) => void;
  /** Throws `origin_rejected` for a request that another site made or that names another host. */
  readonly checkOrigin: (request: { readonly method: string; readonly headers: Headers }) => void;
  /** The client's address; headers count only when a trusted proxy sent them. */
  readonly clientAddress: (request: AddressedRequest) => string;
  /** Told of every answer; `route` is the pattern, never the address. */
  readonly observe: (answer: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
  readonly logger: { readonly error: (fields: object, message: string) => void };
};

export type HubHono = Hono<{ Bindings: HttpBindings }>;

const readBody = async (request: Request): Promise<unknown> => {
  if (request.method === "GET" || request.body === null) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > BODY_BYTES) throw new ProtocolError("payload_too_large", `The body is larger than ${BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  if (!/^application\/json(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    throw new ProtocolError("invalid_request", "The body must be application/json.");
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw new ProtocolError("invalid_request", "The body is not JSON.", { cause });
  }
};

const queryOf = (url: URL): Record<string, string> => {
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (name in query) throw new ProtocolError("invalid_request", `${name} is given twice.`);
    query[name] = value;
  }
  return query;
};

/**
 * Registers the operations. Refuses a table in which one route stands twice or has no permission: an operation that
 * nobody thought about must not answer.
 */
export const mount = (app: HubHono, operations: readonly Operation[], options: MountOptions): void => {
  const seen = new Set<string>();
  for (const operation of operations) {
    const route = `${operation.method} ${operation.path}`;
    if (seen.has(route)) throw new Error(`${route} is registered twice`);
    seen.add(route);
    if (operation.access?.kind !== "public" && !operation.access?.permissions.length) {
      throw new Error(`${route} declares no permission`);
    }
    app.on(operation.method, operation.path, async (context) => {
      const startedAt = performance.now();
      const response = await answer(operation, context, options);
      const { method, path } = operation;
      options.observe({
        method,
        route: path,
        status: response.status,
        seconds: (performance.now() - startedAt) / 1000,
      });
      return response;
    });
  }
};

const answer = async (
  operation: Operation,
  context: Context<{ Bindings: HttpBindings }>,
  options: MountOptions,
): Promise<Response> => {
  const requestId = randomUUID();
  const { raw } = context.req;
  try {
    options.checkOrigin(raw);
    const address = options.clientAddress(context.env.incoming);
    const actor = operation.access.kind === "public" ? null : await options.authenticate(raw.headers, address);
    const request: RequestInfo = {
      id: requestId,
      address,
      headers: raw.headers,
      signal: raw.signal,
    };
    if (actor === null && operation.access.kind !== "public") {
      throw new ProtocolError("unauthenticated", "Sign in first.");
    }
    const call = {
      params: context.req.param(),
      query: queryOf(new URL(raw.url)),
      body: await readBody(raw),
      request,
    };
    const reply = await operation.run(call, actor, (...asked) => options.guard(...asked, address));
    if (reply instanceof Response) return reply;
    return Response.json(reply.body, {
      status: reply.status,
      headers: { "cache-control": "no-store", ...reply.headers },
    });
  } catch (error) {
    const known = toRequestError(error);
    if (known.code === "internal") {
      options.logger.error({ err: error, requestId, route: `${operation.method} ${operation.path}` }, "request failed");
    }
    return problemResponse(known, requestId, retryAfter(error));
  }
};

/** A refusal by rate says when to come back. */
const retryAfter = (error: unknown): Readonly<Record<string, string>> =>
  error instanceof Error && "retryAfterSeconds" in error ? { "retry-after": String(error.retryAfterSeconds) } : {};
