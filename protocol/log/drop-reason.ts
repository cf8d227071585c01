/**
 * Why log data was let go without being lost: everything here can be had again, from the store, the source or the sender
 * (what cannot is a loss record, `loss.ts`). One closed set for counters' labels, messages and the screen.
 */
export const DROP_REASONS = [
  /** A viewer reads too slowly: its oldest live frames went, it is told the range and fetches it. */
  "viewer_queue_full",
  /** The viewer went away, or unsubscribed, with frames still queued. */
  "viewer_gone",
  /** A ring gave up committed lines to stay within the hub's budget; the store has them. */
  "ring_budget",
  /** The store stands still and the hub holds as much of all hosts as it may; the agents have it, and send it again. */
  "commit_backlog",
  /** Frames of a container whose agent was told to rewind and has not yet obeyed. */
  "rewind_pending",
  /** Lines that are committed already, sent again after a reconnect. */
  "already_committed",
  /** Lines that the agent read again to find its place, and recognised. */
  "resume_overlap",
  /** Lines that an engine's follow repeated around a rotation, and the agent recognised. */
  "rotation_repeat",
  /** Frames of a host whose connection was superseded by a newer one. */
  "superseded",
  /** A frame that does not decode; the connection is closed and the lines come again. */
  "malformed_frame",
] as const;

export type DropReason = (typeof DROP_REASONS)[number];
