import { type Problem, problemSchema } from "@yardarm/protocol/api/problem";
import type { ErrorCode } from "@yardarm/protocol/errors";
import type { z } from "zod";

/** The typed HTTP client: one function, every answer checked against its schema. */

/** What can go wrong with a request. `problem`: the hub refused; the rest never got that far. */
export type ApiFailure =
  | { readonly kind: "problem"; readonly problem: Problem; readonly retryAfterSeconds: number | null }
  | { readonly kind: "unreachable" }
  | { readonly kind: "timeout" }
  | { readonly kind: "unreadable"; readonly status: number };

/** Thrown by `request` for everything but success. `errors.ts` turns it into a sentence. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure, options?: { readonly cause?: unknown }) {
    super(failure.kind === "problem" ? failure.problem.detail : failure.kind, options);
    this.failure = failure;
  }

  /** The hub's code, or `null` when the hub did not answer. */
  get code(): ErrorCode | null {
    return this.failure.kind === "problem" ? this.failure.problem.code : null;
  }
}

export type RequestOptions = {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** 10 s unless said otherwise; actions answer only after up to 25 s. */
  readonly timeoutMs?: number;
};

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Sends a request to `path` (below `/api`) and returns the answer as `schema` reads it.
 * @throws ApiError for refusals, silence, and answers that do not fit the schema
 */
export const request = async <Out>(
  path: string,
  schema: z.ZodType<Out>,
  options: RequestOptions = {},
): Promise<Out> => {
  const response = await send(path, options);
  const body = await readJson(response);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    throw new ApiError({ kind: "unreadable", status: response.status }, { cause: parsed.error });
  }
  return parsed.data;
};

/** Like `request`, for operations that answer either with a document or, by 204, with nothing. */
export const requestMaybe = async <Out>(
  path: string,
  schema: z.ZodType<Out>,
  options: RequestOptions = {},
): Promise<Out | null> => {
  const response = await send(path, options);
  if (response.status === 204) return null;
  const parsed = schema.safeParse(await readJson(response));
  if (!parsed.success) throw new ApiError({ kind: "unreadable", status: response.status }, { cause: parsed.error });
  return parsed.data;
};

/** Like `request`, for answers without a body. */
export const requestNothing = async (path: string, options: RequestOptions = {}): Promise<void> => {
  await send(path, options);
};

const send = async (path: string, options: RequestOptions): Promise<Response> => {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? "GET",
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError({ kind: timeout.aborted ? "timeout" : "unreachable" }, { cause: error });
  }
  if (response.ok) return response;
  const problem = problemSchema.safeParse(await readJson(response));
  if (!problem.success) throw new ApiError({ kind: "unreadable", status: response.status }, { cause: problem.error });
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new ApiError({
    kind: "problem",
    problem: problem.data,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  });
};

const readJson = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch (error) {
    throw new ApiError({ kind: "unreadable", status: response.status }, { cause: error });
  }
};
