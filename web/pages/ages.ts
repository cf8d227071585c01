import type { Host } from "@yardarm/protocol/host";
import { nsToMs } from "../format/time.ts";
import { useConnection, useLive } from "../live/live-context.tsx";
import { useNow } from "../live/now.ts";

/** Ages of what is on screen. They render every second. */

/** How long ago a hub stamp was, in milliseconds of the hub's clock. `null` stays `null`. */
export const useAge = (): ((stampNs: string | null) => number | null) => {
  const live = useLive();
  useNow();
  return (stampNs) => {
    const atMs = nsToMs(stampNs);
    return atMs === null ? null : Math.max(0, live.hubNow() - atMs);
  };
};

/**
 * Whether what is shown of a host may no longer be so, because the host or the hub is silent; and for how long, in
 * milliseconds, `null` when nothing was ever heard.
 */
export type Freshness = { readonly state: "fresh" } | { readonly state: "old"; readonly ageMs: number | null };

export const useFreshness = (host: Host | undefined): Freshness => {
  const age = useAge();
  const nowMs = useNow();
  const connection = useConnection();
  if (host === undefined) return { state: "old", ageMs: null };
  if (host.status !== "online") return { state: "old", ageMs: age(host.lastSeenAtNs) };
  if (connection.status === "open") return { state: "fresh" };
  const lostAtMs = connection.status === "stopped" ? null : connection.lostAtMs;
  return { state: "old", ageMs: lostAtMs === null ? null : Math.max(0, nowMs - lostAtMs) };
};
