import type { LogSourceState } from "@yardarm/protocol/container";
import { formatDuration } from "../../format/duration.ts";

/** How a container's log is read, in words. */
export type LogSourceWords = {
  readonly text: string;
  /** Why it is so, where somebody may want to know; the engine's or the agent's own words. */
  readonly reason: string | null;
  readonly tone: "muted" | "warn" | "danger";
};

/** Less is the rhythm of reading itself. */
const NOTABLE_BEHIND_MS = 2_000;

export const logSourceWords = (source: LogSourceState): LogSourceWords => {
  switch (source.kind) {
    case "file":
      return read("from the engine's file", null, source.behindMs);
    case "api":
      return read("over the engine's API", source.reason ?? null, source.behindMs);
    case "pending":
      return {
        text: "not read yet",
        reason: source.reason ?? null,
        tone: source.reason === undefined ? "muted" : "warn",
      };
    case "off":
      return { text: "not collected", reason: source.reason, tone: "muted" };
    case "unreadable":
      return { text: "cannot be read", reason: source.reason, tone: "danger" };
  }
};

const read = (from: string, reason: string | null, behindMs: number): LogSourceWords =>
  behindMs < NOTABLE_BEHIND_MS
    ? { text: `read ${from}`, reason, tone: "muted" }
    : { text: `read ${from}, behind by ${formatDuration(behindMs)}`, reason, tone: "warn" };
