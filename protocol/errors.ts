/**
 * The one error type, and the closed set of codes that cross a wire.
 * Mapping to an HTTP status lives in `hub/http`, mapping to a sentence in `web/api`; `docs/errors.md` explains each code.
 */
export const ERROR_CODES = [
  "invalid_request",
  "unauthenticated",
  "forbidden",
  "origin_rejected",
  "not_found",
  "conflict",
  "busy",
  "protected",
  "policy_denied",
  "rate_limited",
  "payload_too_large",
  "message_too_large",
  "malformed_frame",
  "unknown_message",
  "unknown_alias",
  "protocol_version",
  "token_invalid",
  "token_expired",
  "token_used",
  "nonce_invalid",
  "signature_invalid",
  "key_mismatch",
  "host_revoked",
  "approval_pending",
  "superseded",
  "duplicate_agent",
  "agent_offline",
  "agent_timeout",
  "engine_unreachable",
  "engine_permission",
  "engine_too_old",
  "engine_error",
  "log_unreadable",
  "too_many_streams",
  "slow_consumer",
  "stale_target",
  "expired",
  "invalid_cursor",
  "pattern_too_costly",
  "storage_unavailable",
  "draining",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An expected failure with a code that peers and people can act on. Whatever is not one of these is `internal`. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Returns `error` itself when it is expected, otherwise an `internal` one that keeps it as its cause. */
export const toProtocolError = (error: unknown): ProtocolError =>
  error instanceof ProtocolError
    ? error
    : new ProtocolError("internal", "Something unexpected went wrong.", { cause: error });
