import type { ErrorCode } from "@yardarm/protocol/errors";
import { formatDuration } from "../format/duration.ts";
import { ApiError } from "./http.ts";

/** An error as a person reads it: what happened, what to do, and the small print to copy. */
export type ErrorText = {
  readonly title: string;
  /** What the hub said about this very case, when it adds something. */
  readonly detail: string | null;
  readonly advice: string | null;
  readonly smallPrint: string | null;
};

type Sentence = readonly [title: string, advice: string | null];

/** One sentence per code of the protocol. The compiler refuses a code without one. */
const SENTENCES: Readonly<Record<ErrorCode, Sentence>> = {
  invalid_request: ["The hub did not accept what was entered.", "Check the fields and try again."],
  unauthenticated: ["You are not signed in.", "Sign in and try again."],
  forbidden: ["Your role does not allow this.", "Ask an owner or admin of the organization."],
  origin_rejected: [
    "The hub does not accept requests from this address.",
    "Open Yardarm under its configured public URL.",
  ],
  not_found: ["This does not exist, or you may not see it.", null],
  conflict: ["It was changed in the meantime.", "Look at its present state and try again."],
  busy: ["Another action on this container is still running.", "Wait until it has finished."],
  protected: ["The container is protected.", "An admin can override this by typing its name."],
  policy_denied: ["The owner of this host does not allow this.", "Only the policy file on the host can change that."],
  rate_limited: ["Too many attempts.", "Wait a moment and try again."],
  payload_too_large: ["What was sent is too large.", null],
  message_too_large: ["A message was larger than the limit.", null],
  malformed_frame: ["The hub could not read what this page sent.", "Reload the page."],
  unknown_message: ["The hub does not know this request.", "Reload the page to get its current version."],
  unknown_alias: ["A log stream was not known to the hub.", "Reload the page."],
  protocol_version: ["This page and the hub have different versions.", "Reload the page."],
  token_invalid: ["The token is not valid.", "Check that the whole link or token was copied."],
  token_expired: ["The token has expired.", "Ask for a new one."],
  token_used: ["The token was used already.", "Ask for a new one."],
  nonce_invalid: ["The hub's challenge has expired.", "Try again."],
  signature_invalid: ["A signature did not match.", "Check that hub and agent belong together."],
  key_mismatch: ["The key is not the one that was pinned.", "Check the fingerprint before trusting it."],
  host_revoked: ["This host was revoked.", "Add it again to use it."],
  superseded: ["A newer connection took over.", null],
  approval_pending: ["Somebody has to approve this agent first.", "Compare its key on the host's page."],
  duplicate_agent: ["Two agents claim to be this host.", "Stop one of them."],
  agent_offline: ["The host's agent is not connected.", "It can be tried again when the host is back."],
  agent_timeout: ["The host's agent did not answer in time.", "What became of it is being found out."],
  engine_unreachable: ["The agent cannot reach the container engine.", "Check that Docker is running on the host."],
  engine_permission: [
    "The agent may not use the container engine.",
    "Give it access to the engine's socket on the host.",
  ],
  engine_too_old: ["The container engine is too old.", "Update Docker to 20.10 or newer."],
  engine_error: ["The container engine refused.", null],
  log_unreadable: [
    "This log driver cannot be read on this engine.",
    "Use json-file, local or journald to read it here.",
  ],
  too_many_streams: ["Too many logs of this host are being read at once.", "Close one and try again."],
  slow_consumer: ["This browser could not keep up.", "It reconnects by itself."],
  stale_target: [
    "The container was restarted or replaced in the meantime.",
    "Look at its present state and try again.",
  ],
  expired: ["The request came too late to be carried out.", "Nothing was done. Try again."],
  invalid_cursor: ["This list has changed its beginning.", "Search again."],
  pattern_too_costly: ["This expression takes too long.", "Make it simpler, or search for plain text."],
  storage_unavailable: ["The hub cannot reach its storage.", "Try again; if it stays, look at the hub's log."],
  draining: ["The hub is restarting.", "This page reconnects by itself."],
  internal: ["Something unexpected went wrong in the hub.", "Try again; if it stays, look at the hub's log."],
};

/** The sentence of a code, without anything about the case. */
export const codeSentence = (code: ErrorCode): string => SENTENCES[code][0];

const TELLS_MORE: ReadonlySet<ErrorCode> = new Set([
  "invalid_request",
  "conflict",
  "busy",
  "protected",
  "policy_denied",
  "engine_error",
  "engine_unreachable",
  "engine_permission",
  "log_unreadable",
  "stale_target",
]);

/** The one place where errors become sentences. Takes whatever was thrown. */
export const errorText = (error: unknown): ErrorText => {
  if (!(error instanceof ApiError)) {
    return { title: "Something unexpected went wrong.", detail: null, advice: "Reload the page.", smallPrint: null };
  }
  const { failure } = error;
  switch (failure.kind) {
    case "problem": {
      const [title, advice] = SENTENCES[failure.problem.code];
      const { code, requestId, detail } = failure.problem;
      const wait = failure.retryAfterSeconds;
      return {
        title,
        detail: TELLS_MORE.has(code) && detail !== "" && detail !== title ? detail : null,
        advice: wait === null ? advice : `Try again in ${formatDuration(wait * 1_000)}.`,
        smallPrint: `${code} · request ${requestId}`,
      };
    }
    case "unreachable":
      return {
        title: "The hub cannot be reached.",
        detail: null,
        advice: "Check the network and that the hub is running.",
        smallPrint: null,
      };
    case "timeout":
      return {
        title: "The hub did not answer in time.",
        detail: null,
        advice: "Try again.",
        smallPrint: null,
      };
    case "unreadable":
      return {
        title: "The answer was not one of Yardarm's.",
        detail: null,
        advice: "If a proxy stands in front of the hub, look at its error page; otherwise reload.",
        smallPrint: `HTTP ${failure.status}`,
      };
  }
};
