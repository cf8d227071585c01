import { useCallback, useState } from "react";
import type { MergedSession } from "../../live/merged-session.ts";
import { Select } from "../../ui/Select.tsx";
import { type Buckets, loadedBuckets, type TimeSpan } from "../log/histogram/buckets.ts";
import { LogHistogram } from "../log/histogram/LogHistogram.tsx";
import type { Since } from "./logs-address.ts";
import { StoredHistogram } from "./StoredHistogram.tsx";
import { MOST_COUNTED } from "./stored-count.ts";
import type { StoredRange } from "./stored-range.ts";
import { useStoredCount } from "./use-stored-count.ts";

export type LiveHistogramProps = {
  readonly session: MergedSession;
  /** Lines are hidden, which are counted here nevertheless. */
  readonly isFiltered: boolean;
  /** To a line that the view holds, by its place. */
  readonly onPlace: (place: number | null) => void;
  /** To the stored lines of that time. */
  readonly onStored: (range: StoredRange) => void;
};

const RANGES = [
  { value: "loaded", label: "Loaded" },
  { value: "1h", label: "1 h" },
  { value: "24h", label: "24 h" },
  { value: "ever", label: "All stored" },
] as const;
type Range = (typeof RANGES)[number]["value"];

const sinceOf = (range: Range): Since | undefined => (range === "1h" || range === "24h" ? range : undefined);

/** Lines over time above the live view: of what it holds, or of what the hub has stored, which leads to the stored lines. */
export const LiveHistogram = ({ session, isFiltered, onPlace, onStored }: LiveHistogramProps) => {
  const [range, setRange] = useState<Range>("loaded");
  const [zoom, setZoom] = useState<TimeSpan | null>(null);
  const isLoaded = range === "loaded";
  const ids = session.sources.map(({ containerId }) => containerId);
  const counted = useStoredCount(
    range,
    isLoaded ? null : { containerIds: ids.slice(0, MOST_COUNTED), range: { since: sinceOf(range) }, filter: {} },
  );
  const readLoaded = useCallback((): Buckets | null => loadedBuckets(session.store, zoom), [session, zoom]);
  const choice = <Select label="Lines over" value={range} options={RANGES} onChange={setRange} />;
  if (isLoaded) {
    return (
      <LogHistogram
        read={readLoaded}
        drawsHidden={isFiltered}
        choice={choice}
        zoom={zoom}
        onZoom={setZoom}
        onJump={(atMs) => onPlace(session.store.seqAt(atMs))}
      />
    );
  }
  return (
    <StoredHistogram
      counted={counted}
      drawsHidden={isFiltered}
      choice={choice}
      leftOut={Math.max(0, ids.length - MOST_COUNTED)}
      range={{}}
      onRange={onStored}
      onMoment={(atMs, endMs) => {
        const span = session.store.span();
        if (span !== null && atMs >= span[0]) onPlace(session.store.seqAt(atMs));
        else onStored({ fromMs: atMs, toMs: endMs });
      }}
    />
  );
};
