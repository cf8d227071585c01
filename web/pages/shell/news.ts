import type { Host } from "@yardarm/protocol/host";
import { formatClock } from "../../format/time.ts";
import type { ConnectionState } from "../../live/hub-socket.ts";

/** What the strip says: one message at a time, by rank. */

export type News =
  | { readonly kind: "disconnected"; readonly text: string; readonly countdown: string }
  | { readonly kind: "outdated" }
  | { readonly kind: "hosts"; readonly count: number; readonly names: string }
  | { readonly kind: "insecure" }
  /** Nothing to report: so many hosts answer. */
  | { readonly kind: "quiet"; readonly hosts: number };

export type NewsFacts = {
  readonly connection: ConnectionState;
  readonly isOutdated: boolean;
  readonly hosts: readonly Host[];
  readonly isInsecure: boolean;
  /** This browser's clock. */
  readonly nowMs: number;
};

const NAMED = 3;

export const rankNews = ({ connection, isOutdated, hosts, isInsecure, nowMs }: NewsFacts): News => {
  const lost = disconnected(connection, nowMs);
  if (lost !== null) return lost;
  if (isOutdated) return { kind: "outdated" };
  const silent = hosts.filter((host) => host.status === "stale" || host.status === "offline");
  if (silent.length > 0) {
    const names = silent.slice(0, NAMED).map((host) => host.name);
    const more = silent.length - names.length;
    return { kind: "hosts", count: silent.length, names: names.join(", ") + (more > 0 ? ` and ${more} more` : "") };
  }
  if (isInsecure) return { kind: "insecure" };
  return { kind: "quiet", hosts: hosts.filter((host) => host.status === "online").length };
};

const disconnected = (connection: ConnectionState, nowMs: number): News | null => {
  switch (connection.status) {
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((connection.nextTryAtMs - nowMs) / 1_000));
      return { kind: "disconnected", text: since(connection.lostAtMs), countdown: `, next try in ${seconds} s` };
    }
    case "connecting":
      // The first connection of a page is no news.
      if (connection.attempt === 0) return null;
      return { kind: "disconnected", text: since(connection.lostAtMs), countdown: ", trying" };
    case "open":
    case "stopped":
      return null;
  }
};

const since = (lostAtMs: number | null): string =>
  lostAtMs === null ? "Disconnected: no data yet" : `Disconnected: data from ${formatClock(lostAtMs)}`;
