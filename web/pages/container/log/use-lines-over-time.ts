import type { HistogramResponse } from "@yardarm/protocol/api/logs";
import type { ContainerId } from "@yardarm/protocol/ids";
import { LEVEL_NAMES } from "@yardarm/protocol/log/level";
import { useCallback, useEffect, useState } from "react";
import { getHistogram } from "../../../api/stored-logs.ts";
import type { LogSession } from "../../../live/log-session.ts";
import { type Buckets, loadedBuckets, type TimeSpan } from "../../log/histogram/buckets.ts";

/** Lines over time: of what this page has loaded, or of what the hub has stored. */

export const TIME_RANGES = [
  { value: "loaded", label: "Loaded" },
  { value: "1h", label: "1 h" },
  { value: "24h", label: "24 h" },
  { value: "all", label: "All stored" },
] as const;
export type TimeRange = (typeof TIME_RANGES)[number]["value"];

const BUCKETS = 120;
const REFRESH_MS = 30_000;

/** What the hub has counted, as buckets. A level without a line is missing in its answer. */
export const storedBuckets = ({ fromNs, bucketNs, counts }: HistogramResponse): Buckets | null => {
  const stepMs = Number(bucketNs) / 1e6;
  const count = Math.max(0, ...Object.values(counts).map((column) => column.length));
  if (stepMs <= 0 || count === 0) return null;
  const all = new Uint32Array(count * LEVEL_NAMES.length);
  for (const [level, name] of LEVEL_NAMES.entries()) {
    for (const [bucket, lines] of (counts[name] ?? []).entries()) all[bucket * LEVEL_NAMES.length + level] = lines;
  }
  return { fromMs: Number(BigInt(fromNs) / 1_000_000n), stepMs, counts: all };
};

export type LinesOverTime = {
  readonly range: TimeRange;
  readonly onRange: (range: TimeRange) => void;
  readonly read: () => Buckets | null;
  readonly zoom: TimeSpan | null;
  readonly onZoom: (zoom: TimeSpan | null) => void;
};

export const useLinesOverTime = (containerId: ContainerId, session: LogSession): LinesOverTime => {
  const [range, setRange] = useState<TimeRange>("loaded");
  const [zoom, onZoom] = useState<TimeSpan | null>(null);
  const [stored, setStored] = useState<Buckets | null>(null);
  useEffect(() => {
    if (range === "loaded") return;
    const cancelling = new AbortController();
    const ask = (): void => {
      const since = range === "all" ? {} : { since: range };
      const bounds = zoom === null ? since : { since: instant(zoom.fromMs), until: instant(zoom.toMs) };
      getHistogram(containerId, { ...bounds, buckets: BUCKETS }, cancelling.signal).then(
        (answer) => setStored(storedBuckets(answer)),
        // What was shown stays; the next try comes by itself.
        () => {},
      );
    };
    ask();
    const timer = setInterval(ask, REFRESH_MS);
    return () => {
      clearInterval(timer);
      cancelling.abort();
      setStored(null);
    };
  }, [containerId, range, zoom]);
  const read = useCallback(
    () => (range === "loaded" ? loadedBuckets(session.store, zoom) : stored),
    [range, session, stored, zoom],
  );
  const onRange = (next: TimeRange): void => {
    setRange(next);
    onZoom(null);
  };
  return { range, onRange, read, zoom, onZoom };
};

const instant = (atMs: number): string => new Date(atMs).toISOString();
