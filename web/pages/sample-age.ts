import type { ClientSample } from "@yardarm/protocol/client-down/metrics";
import type { SeenSample } from "../live/metrics-store.ts";

/** A sample counts as current for three of its intervals, and 15 s at least; afterwards the value is unknown again. */
const LEAST_MS = 15_000;

export const currentSample = (seen: SeenSample | undefined, nowMs: number): ClientSample | null => {
  if (seen === undefined) return null;
  return nowMs - seen.receivedAtMs > Math.max(LEAST_MS, 3 * seen.intervalMs) ? null : seen.sample;
};
