import "uplot/dist/uPlot.min.css";
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import uPlot from "uplot";
import { formatClock } from "../../format/time.ts";
import { themeStore } from "../theme/theme.ts";
import type { ChartProps } from "./Chart.tsx";
import { type ChartCursor, chartOptions, toUplotData } from "./chart-options.ts";
import { shownMoment } from "./shown-moment.ts";

/** A sample further away says nothing of a moment; they come every 5 s. */
const NEAR_MS = 10_000;
/** Where a cursor is not drawn. */
const OUTSIDE = { left: -10, top: -10 };

/** uPlot in React: made once per theme and set of series, then fed; the tooltip is ours. */
export const ChartCanvas = (props: ChartProps) => {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(props);
  const [cursor, setCursor] = useState<ChartCursor | null>(null);
  const theme = useSyncExternalStore(themeStore.subscribe, themeStore.effective);
  const shape = props.series.map(({ label, look }) => `${label}/${look}`).join();

  useLayoutEffect(() => {
    newest.current = props;
  }, [props]);

  // oxlint-disable-next-line react-hooks/exhaustive-deps -- theme and shape are why it is made again
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const made = new uPlot(chartOptions(newest, element, setCursor), toUplotData(newest.current), element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    const leave = shownMoment.subscribe((atMs) => {
      const left = atMs === null ? -1 : made.valToPos(atMs, "x");
      // The cursor names the nearest sample.
      const sampledMs = newest.current.columns.tsMs[made.posToIdx(left)] ?? Number.NaN;
      const isSampled = atMs !== null && Math.abs(sampledMs - atMs) <= NEAR_MS;
      made.setCursor(isSampled && left >= 0 ? { left, top: 0 } : OUTSIDE);
    });
    return () => {
      leave();
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, shape]);

  useEffect(() => {
    // Setting data re-reads the scales, which take the window of time from `newest`.
    plot.current?.setData(toUplotData(props));
  }, [props]);

  return (
    <div ref={frame} className="relative h-full w-full overflow-hidden" role="img" aria-label={describe(props)}>
      {cursor === null ? null : <ChartTooltip {...props} cursor={cursor} />}
    </div>
  );
};

const describe = ({ title, current, note }: ChartProps): string =>
  `${title}: now ${current}, ${note}. Also as a table.`;

const ChartTooltip = ({ series, columns, format, cursor }: ChartProps & { readonly cursor: ChartCursor }) => {
  const at = columns.tsMs[cursor.index];
  if (at === undefined) return null;
  return (
    <div
      className="pointer-events-none absolute top-1 z-10 rounded-control border border-control bg-raised px-2 py-1 text-meta tabular"
      style={cursor.isRightHalf ? { right: cursor.fromRight + 12 } : { left: cursor.fromLeft + 12 }}
    >
      <div className="text-muted">{formatClock(at)}</div>
      {series.map(({ label }, column) => (
        <div key={label}>
          {label} {format(columns.values[column]?.[cursor.index] ?? null)}
        </div>
      ))}
    </div>
  );
};
