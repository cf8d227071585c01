import { ProtocolError } from "@yardarm/protocol/errors";
import type { z } from "zod";
import type { Actor, Resource } from "../auth/authority/can.ts";
import type { Permission } from "../auth/authority/permissions.ts";

/**
 * The contract of one HTTP operation. Every operation says who may call it: `public` with the reason why no session is
 * needed, or a permission together with the resource on which it is asked. What says neither cannot be written, and
 * what is put together by other means does not register (`mount.ts`).
 */
export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The caller's side of a request that is no contract matter. */
export type RequestInfo = {
  readonly id: string;
  readonly address: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
};

export type Call<Params, Query, Body> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: RequestInfo;
};

/** A JSON document with its status, or a finished `Response` for what is streamed or sets cookies. */
export type Reply =
  | Response
  | { readonly status: 200 | 201 | 202; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

type Contract<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  readonly method: Method;
  /** Hono's notation, `/api/hosts/:hostId`. */
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  /** JSON body; `z.undefined()` for none. */
  readonly body: B;
  /** What 2xx carries as JSON; `null` when it is not JSON. */
  readonly response: z.ZodType | null;
};

type PublicContract<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Contract<P, Q, B> & {
  /** Why nobody has to be signed in. */
  readonly public: string;
  readonly handle: (call: Call<z.infer<P>, z.infer<Q>, z.infer<B>>) => Promise<Reply>;
};

type GuardedContract<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Contract<P, Q, B> & {
  readonly permission: Permission | ((body: z.infer<B>) => Permission);
  /** The permissions that a `permission` function can return; for the documentation and the tests. */
  readonly permissions?: readonly Permission[];
  /** What is asked about. MUST answer `not_found` (throw) for what the actor's org does not have. */
  readonly resource: (actor: Actor, params: z.infer<P>) => Promise<Resource> | Resource;
  readonly handle: (call: Call<z.infer<P>, z.infer<Q>, z.infer<B>> & { readonly actor: Actor }) => Promise<Reply>;
};

export type RawCall = {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly request: RequestInfo;
};

export type Access =
  | { readonly kind: "public"; readonly reason: string }
  | { readonly kind: "guarded"; readonly permissions: readonly Permission[] };

/** May the actor do this here? Throws `forbidden` or `not_found` when not. */
export type Guard = (actor: Actor, permission: Permission, resource: Resource) => void;

/** An operation with its types erased: what `mount` and the OpenAPI document work on. */
export type Operation = {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly schemas: {
    readonly params: z.ZodType;
    readonly query: z.ZodType;
    readonly body: z.ZodType;
    readonly response: z.ZodType | null;
  };
  /** Validates, asks `guard` where a permission is needed, and runs. Throws `ZodError` for input of the wrong shape. */
  readonly run: (call: RawCall, actor: Actor | null, guard: Guard) => Promise<Reply>;
};

const schemasOf = (contract: Contract<z.ZodType, z.ZodType, z.ZodType>): Operation["schemas"] => ({
  params: contract.params,
  query: contract.query,
  body: contract.body,
  response: contract.response,
});

export const publicOperation = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  contract: PublicContract<P, Q, B>,
): Operation => ({
  method: contract.method,
  path: contract.path,
  summary: contract.summary,
  access: { kind: "public", reason: contract.public },
  schemas: schemasOf(contract),
  run: async ({ params, query, body, request }) =>
    contract.handle({
      params: contract.params.parse(params),
      query: contract.query.parse(query),
      body: contract.body.parse(body),
      request,
    }),
});

export const guardedOperation = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  contract: GuardedContract<P, Q, B>,
): Operation => {
  const { permission } = contract;
  return {
    method: contract.method,
    path: contract.path,
    summary: contract.summary,
    access: {
      kind: "guarded",
      permissions: typeof permission === "function" ? (contract.permissions ?? []) : [permission],
    },
    schemas: schemasOf(contract),
    run: async ({ params, query, body, request }, actor, guard) => {
      if (actor === null) throw new ProtocolError("unauthenticated", "Sign in first.");
      const parsedParams = contract.params.parse(params);
      const parsedBody = contract.body.parse(body);
      const resource = await contract.resource(actor, parsedParams);
      guard(actor, typeof permission === "function" ? permission(parsedBody) : permission, resource);
      return contract.handle({
        actor,
        params: parsedParams,
        query: contract.query.parse(query),
        body: parsedBody,
        request,
      });
    },
  };
};
