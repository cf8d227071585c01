import { type ReactNode, useCallback, useRef } from "react";
import { useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Button } from "../../ui/Button.tsx";
import { LogHistogram } from "../log/histogram/LogHistogram.tsx";
import { countWords } from "./count-words.ts";
import type { StoredRange } from "./stored-range.ts";
import type { UsedCount } from "./use-stored-count.ts";

export type StoredHistogramProps = {
  readonly counted: UsedCount;
  /** Containers that are searched and not counted. */
  readonly leftOut: number;
  /** Chooses what is counted, where something else could be. */
  readonly choice?: ReactNode;
  /** What a filter hides is counted as well. */
  readonly drawsHidden?: boolean;
  readonly range: StoredRange;
  readonly onRange: (range: StoredRange) => void;
  /** Somebody wants to see the lines from that moment on back, ms since the epoch; `endMs` ends its bar. */
  readonly onMoment: (atMs: number, endMs: number) => void;
};

/** Stored lines over time, by level; what is dragged over becomes the range. Says in words what it counts, and what not. */
export const StoredHistogram = (props: StoredHistogramProps) => {
  const { counted, leftOut, choice, drawsHidden = false, range, onRange, onMoment } = props;
  const live = useLive();
  useNow();
  const nowMs = live.hubNow();
  const { count, further } = counted;
  const { buckets, status } = count;
  const read = useCallback(() => buckets, [buckets]);
  // Dragging ends with a jump to its beginning, which the new range makes of itself.
  const draggedToMs = useRef<number | null>(null);
  const { fromMs, toMs } = range;
  const words = countWords(count, leftOut, nowMs);
  return (
    <div className="shrink-0">
      <LogHistogram
        read={read}
        {...(choice === undefined ? {} : { choice })}
        zoom={fromMs === undefined && toMs === undefined ? null : { fromMs: fromMs ?? 0, toMs: toMs ?? nowMs }}
        onZoom={(span) => {
          draggedToMs.current = span?.fromMs ?? null;
          onRange(span ?? {});
        }}
        onJump={(atMs) => {
          const isDrag = draggedToMs.current === atMs;
          draggedToMs.current = null;
          if (!isDrag && buckets !== null) onMoment(atMs, Math.round(atMs + buckets.stepMs));
        }}
        countedFromMs={count.countedFromMs}
        drawsHidden={drawsHidden}
      />
      <div className="flex h-10 items-center gap-2 border-line border-b px-3 text-meta text-muted phone:h-7">
        <p role="status" className="tabular line-clamp-2 min-w-0 flex-1 phone:line-clamp-1" title={words}>
          {words}
        </p>
        {status === "paused" ? (
          <Button isSmall look="quiet" className="h-6!" onClick={further}>
            Count further
          </Button>
        ) : null}
      </div>
    </div>
  );
};
