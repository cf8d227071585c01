/** Limits that both ends of a connection rely on. Bytes unless the name says otherwise. */
const KIB = 1024;
const MIB = 1024 * KIB;

/** One JSON control message sent by an agent, or to one. */
export const AGENT_MESSAGE_BYTES = 512 * KIB;
/** One JSON control message sent by a browser. */
export const CLIENT_MESSAGE_BYTES = 64 * KIB;
/** `maxPayload` of agent sockets: the largest honest frame (see `LOG_FRAME_RAW_BYTES`) with room for its columns. */
export const AGENT_FRAME_BYTES = 1 * MIB;
/** Raw text of one log frame, before compression. The encoder never makes a larger one. */
export const LOG_FRAME_RAW_BYTES = 512 * KIB;
/** Lines in one batch; bounds a decoder's memory together with `LOG_FRAME_RAW_BYTES`. */
export const LOG_BATCH_LINES = 65_536;
/** Text of one log line; the rest is cut and the line flagged `truncated`. */
export const LOG_LINE_BYTES = 256 * KIB;
/** What an agent may have sent without an acknowledgement, per host. */
export const AGENT_WINDOW_BYTES = 8 * MIB;
/** What waits for one viewer before its oldest live frames are dropped. */
export const VIEWER_QUEUE_BYTES = 4 * MIB;
/** All rings of one hub node together. */
export const RING_BUDGET_BYTES = 64 * MIB;
/** Committed lines that a ring keeps as long as the budget allows. */
export const RING_COMMITTED_LINES = 1_000;
/** Lines taken from before the host's enrollment (LOGS-01), and the default `tail`. */
export const FIRST_CONTACT_LINES = 200;
export const DEFAULT_TAIL_LINES = 1_000;
export const MAX_TAIL_LINES = 50_000;

/** Unwatched sending: a batch leaves after this long, or this many raw bytes, whichever comes first. */
export const UNWATCHED_BATCH_MS = 1_000;
export const UNWATCHED_BATCH_BYTES = 256 * KIB;
/** Watched sending: at most one frame per container in this time. */
export const WATCHED_FRAME_MS = 1;
/** An open (unfinished) line is closed this long after its last fragment once a newer line of its stream exists. */
export const OPEN_LINE_MS = 2_000;

/** The hub acknowledges, and the store commits, at most this often. */
export const ACK_INTERVAL_MS = 250;
export const AGENT_HEARTBEAT_MS = 3_000;
export const CLIENT_PING_MS = 20_000;
/** Time since the last frame of any kind after which a host counts as stale, then offline. */
export const HOST_STALE_MS = 10_000;
export const HOST_OFFLINE_MS = 30_000;

/** Lifetimes of single-use things. */
export const JOIN_TOKEN_MS = 15 * 60_000;
export const HUB_NONCE_MS = 60_000;
export const WS_TICKET_MS = 30_000;
export const INVITATION_MS = 7 * 24 * 60 * 60_000;
export const PASSWORD_RESET_MS = 60 * 60_000;
/** The longest and the usual life of an API token, in days. */
export const API_TOKEN_MAX_DAYS = 366;
export const API_TOKEN_DAYS = 90;

/** Agent reconnect back-off (HOST-08). */
export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_LIMIT_MS = 60_000;
export const BACKOFF_RESET_MS = 60_000;

/** Rules that protect containers, per organization: all of them travel to an agent in one message. */
export const MOST_PROTECTION_RULES = 64;
