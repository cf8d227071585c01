import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { codeSentence } from "../../api/errors.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { nsToMs } from "../../format/time.ts";
import type { ConnectionState } from "../../live/hub-socket.ts";
import type { LogFeed } from "../../live/log-session.ts";
import type { MergedSourceState } from "../../live/merged-source.ts";
import type { LogNotice, ViewFacts } from "../log/pane/log-notice.ts";
import { deriveTransport, type Transport } from "../log/rows/transport.ts";

/** How a merged view does, in words: what is followed, what is not, and why. */

export type FollowedSource = {
  readonly container: Container;
  readonly host: Host | undefined;
  readonly state: MergedSourceState;
  readonly leftOutLines: number;
};

export type MergedFacts = {
  readonly connection: ConnectionState;
  readonly feed: LogFeed;
  readonly sources: readonly FollowedSource[];
  /** Containers that fit the selection, followed or not. */
  readonly fittingCount: number;
  /** The hub's clock. */
  readonly hubNowMs: number;
};

/** Clocks that differ less are as good as right. */
export const SKEW_WORTH_MS = 1_000;

/** Like that of one container; a host that is away only counts when all of them are. */
export const mergedTransport = ({ connection, feed, sources, hubNowMs }: MergedFacts): Transport => {
  const transport = deriveTransport({ connection, feed, host: undefined, container: undefined, hubNowMs });
  if (transport.status !== "live") return transport;
  const refusals = sources.map(({ state }) => state).filter((state) => state.status === "failed");
  const [refusal] = refusals;
  if (refusal !== undefined && refusals.length === sources.length) {
    return refusal;
  }
  const hosts = sources.map(({ host }) => host);
  if (hosts.length > 0 && hosts.every((host) => host?.status === "offline")) {
    const seenMs = hosts.map((host) => nsToMs(host?.lastSeenAtNs ?? null)).filter((atMs) => atMs !== null);
    const silentMs = seenMs.length === 0 ? null : Math.max(0, hubNowMs - Math.max(...seenMs));
    return { status: "hostOffline", silentMs, isStale: false };
  }
  return transport;
};

const note = (text: string): LogNotice => ({ tone: "muted", text, action: null, code: null });

/** `null` when the lines speak for themselves. */
export const mergedNotice = (transport: Transport, view: ViewFacts): LogNotice | null => {
  switch (transport.status) {
    case "failed": {
      const text = transport.code === "forbidden" ? "You may not read these logs." : failureText(transport);
      return { tone: "danger", text, action: "retry", code: transport.code };
    }
    case "reconnecting": {
      const text = view.holdsLines ? "The hub is not reachable; what is here stays." : "The hub is not reachable.";
      return { tone: "warn", text, action: "reconnect", code: null };
    }
    case "hostOffline": {
      const age = transport.silentMs === null ? "" : ` for ${formatDuration(transport.silentMs)}`;
      const text = `The hosts have been offline${age}. Stored lines are shown; live again when they return.`;
      return { tone: "warn", text, action: "showFleet", code: null };
    }
    case "loading":
      return view.shownCount > 0 ? null : note("Loading the last lines of each container…");
    case "live":
    case "ended":
      break;
  }
  if (view.shownCount > 0) return null;
  if (view.hiddenCount > 0) {
    const text = `No line matches: ${formatPlural(view.hiddenCount, "line")} hidden.`;
    return { tone: "muted", text, action: "clearFilters", code: null };
  }
  return note(view.isCleared ? "Cleared. New lines appear here." : "These containers have written nothing yet.");
};

const failureText = ({ code, message }: Extract<Transport, { readonly status: "failed" }>): string =>
  code === "log_off" ? message : codeSentence(code);

/** What stands under the lines: what is followed, and everything that is not as one would expect. */
export const followedWords = ({ sources, fittingCount }: MergedFacts): string => {
  // In the moment before the first of them is asked for.
  if (sources.length === 0) return "";
  const hosts = new Set(sources.map(({ container }) => container.hostId)).size;
  const parts = [
    fittingCount > sources.length
      ? `${formatCount(fittingCount)} match; the ${formatCount(sources.length)} most recently active are followed`
      : `${formatPlural(sources.length, "container")} on ${formatPlural(hosts, "host")}`,
  ];
  const offline = namesOf(sources.filter(({ host }) => host?.status === "offline"));
  if (offline.length > 0) parts.push(`offline: ${offline.join(", ")}`);
  const unread = sources.filter(({ container, state }) => isUnread(container) || state.status === "failed");
  if (unread.length > 0) parts.push(`not readable: ${listed(unread.map(({ container }) => container.name))}`);
  const skewed = new Map(sources.flatMap(({ host }) => (host === undefined ? [] : [[host.hostId, host] as const])));
  for (const { name, clockSkewMs } of skewed.values()) {
    if (clockSkewMs === null || Math.abs(clockSkewMs) < SKEW_WORTH_MS) continue;
    parts.push(`${name}'s clock is ${formatDuration(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? "ahead" : "behind"}`);
  }
  const leftOut = sources.reduce((sum, { leftOutLines }) => sum + leftOutLines, 0);
  if (leftOut > 0) {
    const names = sources.filter(({ leftOutLines }) => leftOutLines > 0).map(({ container }) => container.name);
    parts.push(`${formatPlural(leftOut, "line")} too many for this view: open ${listed(names)}`);
  }
  return parts.join(" · ");
};

const isUnread = ({ logSource }: Container): boolean => logSource.kind === "unreadable" || logSource.kind === "off";

const namesOf = (sources: readonly FollowedSource[]): readonly string[] => [
  ...new Set(sources.map(({ host }) => host?.name ?? "an unknown host")),
];

const NAMED = 3;
const listed = (names: readonly string[]): string =>
  names.length <= NAMED ? names.join(", ") : `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`;
