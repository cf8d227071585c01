import { formatElapsed } from "../../format/duration.ts";

/** Less is within what the network's own delay can explain. */
const NOTABLE_SKEW_MS = 500;

export const isSkewNotable = (skewMs: number | null): boolean => skewMs !== null && Math.abs(skewMs) >= NOTABLE_SKEW_MS;

/** More than people overlook between two columns of stamps. */
const GRAVE_SKEW_MS = 60_000;

/** True for a clock that somebody should set. */
export const isSkewGrave = (skewMs: number | null): boolean => skewMs !== null && Math.abs(skewMs) >= GRAVE_SKEW_MS;

/** A host's clock beside the hub's; `null` while it is not known. `skewMs` is the agent's minus the hub's. */
export const clockWords = (skewMs: number | null): string | null => {
  if (skewMs === null) return null;
  if (!isSkewNotable(skewMs)) return "agrees with the hub";
  return `${formatElapsed(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} the hub`;
};
