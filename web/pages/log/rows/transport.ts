import type { Container } from "@yardarm/protocol/container";
import type { ErrorCode } from "@yardarm/protocol/errors";
import type { Host } from "@yardarm/protocol/host";
import { containerLook } from "../../../format/state-look.ts";
import { nsToMs } from "../../../format/time.ts";
import type { ConnectionState } from "../../../live/hub-socket.ts";
import type { LogFeed } from "../../../live/log-session.ts";

/** How lines get here, or why they do not. */

export type Transport =
  | { readonly status: "loading" }
  | { readonly status: "live" }
  /** `nextTryAtMs` is null while a try is under way. */
  | { readonly status: "reconnecting"; readonly attempt: number; readonly nextTryAtMs: number | null }
  /** `isStale`: silent, but not yet given up. */
  | { readonly status: "hostOffline"; readonly silentMs: number | null; readonly isStale: boolean }
  | { readonly status: "ended"; readonly word: string; readonly atMs: number | null }
  | {
      readonly status: "failed";
      readonly code: ErrorCode | "log_off";
      readonly message: string;
      /** Under it the hub's own log has the cause. */
      readonly requestId?: string | undefined;
    };

export type TransportFacts = {
  readonly connection: ConnectionState;
  readonly feed: LogFeed;
  readonly host: Host | undefined;
  readonly container: Container | undefined;
  /** The hub's clock. */
  readonly hubNowMs: number;
};

export const deriveTransport = ({ connection, feed, host, container, hubNowMs }: TransportFacts): Transport => {
  if (feed.status === "failed") return feed;
  const lost = lostConnection(connection);
  if (lost !== null) return lost;
  const source = container?.logSource;
  if (source?.kind === "unreadable") return { status: "failed", code: "log_unreadable", message: source.reason };
  if (source?.kind === "off") return { status: "failed", code: "log_off", message: source.reason };
  if (feed.status === "opening") return { status: "loading" };
  if (host?.status === "offline" || host?.status === "stale") {
    const seenAtMs = nsToMs(host.lastSeenAtNs);
    const silentMs = seenAtMs === null ? null : Math.max(0, hubNowMs - seenAtMs);
    return { status: "hostOffline", silentMs, isStale: host.status === "stale" };
  }
  return container === undefined ? { status: "live" } : (ended(container) ?? { status: "live" });
};

const lostConnection = (connection: ConnectionState): Transport | null => {
  switch (connection.status) {
    case "open":
      return null;
    case "stopped":
      return { status: "loading" };
    case "connecting":
      // The first connection of a page is not a lost one.
      if (connection.attempt === 0) return { status: "loading" };
      return { status: "reconnecting", attempt: connection.attempt, nextTryAtMs: null };
    case "waiting":
      return { status: "reconnecting", attempt: connection.attempt, nextTryAtMs: connection.nextTryAtMs };
  }
};

const ended = (container: Container): Transport | null => {
  const isOver = container.removedAtNs !== null || container.state === "exited" || container.state === "dead";
  if (!isOver) return null;
  const atMs = nsToMs(container.removedAtNs ?? container.finishedAtNs);
  return { status: "ended", word: containerLook(container).word, atMs };
};
