import { useLive } from "../live/live-context.tsx";
import { useNow } from "../live/now.ts";
import { nsToMs } from "../format/time.ts";

/** Renders every second; yields how long ago a hub stamp was, in milliseconds of the hub's clock. `null` stays `null`. */
export const useAge = (): ((stampNs: string | null) => number | null) => {
  const live = useLive();
  useNow();
  return (stampNs) => {
    const atMs = nsToMs(stampNs);
    return atMs === null ? null : Math.max(0, live.hubNow() - atMs);
  };
};
