import { type ErrorCode, type ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import { ZodError } from "zod";

/** The one place where an error code becomes an HTTP status. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_cursor: 400,
  malformed_frame: 400,
  unknown_message: 400,
  unknown_alias: 400,
  unauthenticated: 401,
  nonce_invalid: 401,
  signature_invalid: 401,
  forbidden: 403,
  origin_rejected: 403,
  protected: 403,
  policy_denied: 403,
  host_revoked: 403,
  approval_pending: 403,
  key_mismatch: 403,
  token_invalid: 403,
  token_expired: 403,
  token_used: 403,
  not_found: 404,
  conflict: 409,
  busy: 409,
  stale_target: 409,
  superseded: 409,
  duplicate_agent: 409,
  expired: 410,
  payload_too_large: 413,
  message_too_large: 413,
  log_unreadable: 422,
  pattern_too_costly: 422,
  protocol_version: 426,
  rate_limited: 429,
  too_many_streams: 429,
  slow_consumer: 429,
  internal: 500,
  engine_error: 502,
  engine_permission: 502,
  engine_too_old: 502,
  engine_unreachable: 502,
  agent_offline: 503,
  draining: 503,
  storage_unavailable: 503,
  agent_timeout: 504,
};

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  410: "Gone",
  413: "Too large",
  422: "Cannot be done",
  426: "Version not supported",
  429: "Too many requests",
  500: "Internal error",
  502: "The engine failed",
  503: "Not available",
  504: "No answer in time",
};

/** Shape errors name the first field that is wrong; everything unknown becomes `internal`. */
export const toRequestError = (
  error: unknown,
): ProtocolError | { readonly code: ErrorCode; readonly message: string } => {
  if (!(error instanceof ZodError)) return toProtocolError(error);
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  return { code: "invalid_request", message: `${where}${issue?.message ?? "malformed"}` };
};

/** An RFC 9457 problem document. The message of an `internal` error never leaves the hub. */
export const problemResponse = (
  error: { readonly code: ErrorCode; readonly message: string },
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): Response => {
  const status = STATUS[error.code];
  const document = {
    type: `urn:yardarm:error:${error.code}`,
    title: TITLES[status] ?? "Error",
    status,
    detail: error.message,
    code: error.code,
    requestId,
  };
  return new Response(JSON.stringify(document), {
    status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
};
