import { useEffect, useRef } from "react";
import { resolveColours } from "../resolve-colours.ts";
import type { LogRowList } from "../rows/row-list.ts";

/** Where in the buffer matches and errors are, beside the scroll bar. */

const WIDTH_PX = 6;
const TICK_PX = 2;

export type ScrollTicksProps = {
  readonly rows: LogRowList;
  readonly isSearching: boolean;
  /** Changes when what is marked is another thing. */
  readonly version: number;
};

const EVERY_MS = 250;

export const ScrollTicks = ({ rows, isSearching, version }: ScrollTicksProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef(0);
  useEffect(() => {
    void version;
    const draw = (): void => {
      drawn.current = performance.now();
      if (canvas.current !== null) drawTicks(canvas.current, rows, isSearching);
    };
    const wait = drawn.current + EVERY_MS - performance.now();
    const timer = setTimeout(draw, Math.max(0, wait));
    return () => clearTimeout(timer);
  }, [rows, isSearching, version]);
  return <canvas ref={canvas} className="pointer-events-none absolute inset-y-0 right-0 w-1.5" aria-hidden="true" />;
};

const drawTicks = (canvas: HTMLCanvasElement, rows: LogRowList, isSearching: boolean): void => {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const height = canvas.clientHeight;
  canvas.width = WIDTH_PX;
  canvas.height = height;
  if (rows.count === 0) return;
  const token = isSearching ? "--yd-warn" : "--yd-danger";
  context.fillStyle = resolveColours(canvas, [token]).get(token) ?? "";
  let lastY = -TICK_PX;
  (isSearching ? rows.matches() : rows.errors()).visit((seq) => {
    const y = Math.floor((rows.rowOf(seq) / rows.count) * height);
    // Ten thousand matches are no more ticks than there are places for them.
    if (y < lastY + TICK_PX) return;
    lastY = y;
    context.fillRect(0, y, WIDTH_PX, TICK_PX);
  });
};
