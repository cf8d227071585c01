import type { ErrorCode } from "./errors.ts";

/**
 * WebSocket close codes of both sockets. 4000–4999 is the range that RFC 6455 leaves to applications; `tooLarge` is its own
 * 1009, which the WebSocket layer also sends by itself, without a reason, for a frame beyond its hard limit.
 */
export const CLOSE_CODES = {
  normal: 1000,
  goingAway: 1001,
  malformed: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  superseded: 4409,
  tooLarge: 1009,
  rateLimited: 4429,
  protocolVersion: 4426,
  slowConsumer: 4408,
  heartbeatLost: 4410,
  draining: 4503,
  internal: 4500,
} as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/** The close code with which a connection ends because of `code`; the reason text is the code itself. */
export const closeCodeFor = (code: ErrorCode): CloseCode => {
  switch (code) {
    case "malformed_frame":
    case "unknown_message":
    case "unknown_alias":
    case "invalid_request":
      return CLOSE_CODES.malformed;
    case "message_too_large":
    case "payload_too_large":
      return CLOSE_CODES.tooLarge;
    case "unauthenticated":
    case "token_expired":
    case "token_invalid":
    case "nonce_invalid":
      return CLOSE_CODES.unauthenticated;
    case "forbidden":
    case "host_revoked":
      return CLOSE_CODES.forbidden;
    case "superseded":
    case "duplicate_agent":
      return CLOSE_CODES.superseded;
    case "rate_limited":
      return CLOSE_CODES.rateLimited;
    case "protocol_version":
      return CLOSE_CODES.protocolVersion;
    case "agent_timeout":
      return CLOSE_CODES.heartbeatLost;
    case "slow_consumer":
      return CLOSE_CODES.slowConsumer;
    case "draining":
      return CLOSE_CODES.draining;
    default:
      return CLOSE_CODES.internal;
  }
};
