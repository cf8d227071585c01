import type uPlot from "uplot";
import { formatClock } from "../../format/time.ts";
import type { ChartProps, ChartSeries } from "./Chart.tsx";

/** How uPlot is set up: our colours, our time window, our numbers. */

/** Where the pointer is: the data row under it, and its distance from the chart's edges in CSS pixels. */
export type ChartCursor = {
  readonly index: number;
  readonly fromLeft: number;
  readonly fromRight: number;
  readonly isRightHalf: boolean;
};

const TOKENS = { accent: "--yd-accent", ok: "--yd-ok", warn: "--yd-warn", limit: "--yd-muted" } as const;
const SHARED_CURSOR = "yardarm";
/** Steps of an axis of bytes: 1 B to 1 PiB. */
const POWERS_OF_TWO = Array.from({ length: 51 }, (_, exponent) => 2 ** exponent);

/** A token as the colour that it is in `element`'s theme; a canvas does not understand variables. */
const resolveToken = (element: HTMLElement, token: string): string => {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

export const toUplotData = ({ columns }: ChartProps): uPlot.AlignedData => [
  [...columns.tsMs],
  ...columns.values.map((column) => [...column]),
];

/** `newest` always holds the newest properties, so that the options need not be made again for each sample. */
export const chartOptions = (
  newest: { readonly current: ChartProps },
  element: HTMLElement,
  onCursor: (cursor: ChartCursor | null) => void,
): uPlot.Options => {
  const muted = resolveToken(element, "--yd-muted");
  const line = resolveToken(element, "--yd-line");
  const font = "11px Inter, sans-serif";
  const toSeries = ({ label, look }: ChartSeries): uPlot.Series => ({
    label,
    stroke: resolveToken(element, TOKENS[look]),
    width: look === "limit" ? 1 : 1.5,
    spanGaps: false,
    points: { show: false },
    ...(look === "limit" ? { dash: [4, 4] } : {}),
  });
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    ms: 1,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, sync: { key: SHARED_CURSOR }, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true, range: () => [newest.current.from, newest.current.to] },
      y: { range: (_plot, _min, max) => [0, niceTop(Math.max(max ?? 0, newest.current.leastTop))] },
    },
    series: [{}, ...newest.current.series.map(toSeries)],
    axes: [
      {
        stroke: muted,
        font,
        size: 24,
        grid: { show: false },
        ticks: { stroke: line, width: 1, size: 4 },
        values: (_plot, splits) => splits.map((at) => formatClock(at).slice(0, 5)),
      },
      {
        stroke: muted,
        font,
        size: 64,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        ...(newest.current.scale === "binary" ? { incrs: POWERS_OF_TWO } : {}),
        values: (_plot, splits) => splits.map((value) => newest.current.format(value)),
      },
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx: index, left } = plot.cursor;
          if (index === null || index === undefined || left === undefined || left < 0) {
            onCursor(null);
            return;
          }
          const plotLeft = plot.over.offsetLeft;
          const fromLeft = plotLeft + left;
          const fromRight = element.clientWidth - fromLeft;
          onCursor({ index, fromLeft, fromRight, isRightHalf: left > plot.over.clientWidth / 2 });
        },
      ],
    },
  };
};

/** A little air above the highest value. */
const niceTop = (max: number): number => max * 1.1;
