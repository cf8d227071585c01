import { LEVEL_NAMES, type LevelName } from "@yardarm/protocol/log/level";
import { Table2, ZoomOut } from "lucide-react";
import {
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { formatCount } from "../../../format/percent.ts";
import { formatClock } from "../../../format/time.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { resolveColours } from "../resolve-colours.ts";
import { BucketTable } from "./BucketTable.tsx";
import { bucketBegin, type Buckets, bucketCount, countOf, ORDER, type TimeSpan, tallest } from "./buckets.ts";

export type LogHistogramProps = {
  /** What is drawn: of the lines loaded, or of what the hub has stored. `null`: there are no lines. */
  readonly read: () => Buckets | null;
  /** Chooses what is read; in a place of fixed width. */
  readonly choice?: ReactNode;
  readonly onJump: (atMs: number) => void;
  /** The part of the time that is drawn; `null`: all of it. */
  readonly zoom: TimeSpan | null;
  readonly onZoom: (zoom: TimeSpan | null) => void;
  /** Before this moment, ms since the epoch, not every line was counted: drawn hatched. `null`: all are. */
  readonly countedFromMs?: number | null;
  /** Lines that a filter hides are drawn as well; that is said. */
  readonly drawsHidden?: boolean;
};

/** As often as somebody can follow; in a burst it must not cost a frame. */
const EVERY_MS = 1_000;
/** Until there is anything. */
const FIRST_MS = 100;
const HEIGHT_PX = 40;
const HATCH_PX = 8;
/** What is said above the bars. */
const WORDS_PX = 16;
/** Less is a click with an unsteady hand. */
const LEAST_DRAG_PX = 5;
const TOKENS: Readonly<Record<LevelName, string>> = {
  fatal: "--yd-danger",
  error: "--yd-danger",
  warn: "--yd-warn",
  info: "--yd-accent",
  debug: "--yd-control",
  trace: "--yd-control",
  unknown: "--yd-line",
};

/** What is being dragged over, px from the left. */
type Drag = { readonly fromPx: number; readonly toPx: number };

/**
 * Lines over time, by level; a click goes to that moment, dragging draws only that part. The same as a table for those who do not see
 * it, or do not drag.
 */
export const LogHistogram = (props: LogHistogramProps) => {
  const { read, choice, onJump, zoom, onZoom, countedFromMs = null, drawsHidden = false } = props;
  const [buckets, setBuckets] = useState<Buckets | null>(read);
  const [isTable, setTable] = useState(false);
  const [hovered, setHovered] = useState<number | null>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const isDragged = useRef(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const isWaiting = buckets === null;
  useEffect(() => {
    setBuckets(read());
    const refresh = (): void => {
      if (document.visibilityState === "visible") setBuckets(read());
    };
    const timer = setInterval(refresh, isWaiting ? FIRST_MS : EVERY_MS);
    return () => clearInterval(timer);
  }, [read, isWaiting]);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const draw = (): void => drawBuckets(element, buckets, countedFromMs, drawsHidden ? WORDS_PX : 0);
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [buckets, countedFromMs, drawsHidden]);
  const bucketAt = (event: MouseEvent): number | null => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined || buckets === null) return null;
    const bucket = Math.floor(((event.clientX - box.left) / box.width) * bucketCount(buckets));
    return bucket >= 0 && bucket < bucketCount(buckets) ? bucket : null;
  };
  const zoomTo = (span: TimeSpan): void => {
    onZoom(span);
    onJump(span.fromMs);
  };
  const offsetPx = (event: PointerEvent): number => {
    const box = canvas.current?.getBoundingClientRect();
    return box === undefined ? 0 : Math.min(box.width, Math.max(0, event.clientX - box.left));
  };
  const onPointerUp = (): void => {
    setDrag(null);
    const widthPx = canvas.current?.clientWidth ?? 0;
    if (drag === null || !isDragged.current || buckets === null || widthPx === 0) return;
    // Whole buckets, at least one.
    const bucketPx = widthPx / bucketCount(buckets);
    const first = Math.floor(Math.min(drag.fromPx, drag.toPx) / bucketPx);
    const end = Math.max(first + 1, Math.ceil(Math.max(drag.fromPx, drag.toPx) / bucketPx));
    zoomTo({ fromMs: bucketBegin(buckets, first), toMs: bucketBegin(buckets, end) });
  };
  return (
    <div className="flex h-12 shrink-0 items-center gap-1 border-line border-b bg-surface py-1 pl-2">
      <div className="relative min-w-0 flex-1">
        <button
          type="button"
          // By keyboard the table has a button for each moment.
          tabIndex={-1}
          aria-label="Lines over time: go to a moment"
          className="relative block w-full cursor-default"
          title={hovered === null || buckets === null ? undefined : wordsOf(buckets, hovered)}
          onMouseMove={(event) => setHovered(bucketAt(event))}
          onMouseLeave={() => setHovered(null)}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            isDragged.current = false;
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag({ fromPx: offsetPx(event), toPx: offsetPx(event) });
          }}
          onPointerMove={(event) => {
            if (drag === null) return;
            const toPx = offsetPx(event);
            if (Math.abs(toPx - drag.fromPx) >= LEAST_DRAG_PX) isDragged.current = true;
            setDrag({ ...drag, toPx });
          }}
          onPointerUp={onPointerUp}
          onPointerCancel={() => setDrag(null)}
          onClick={(event) => {
            if (isDragged.current) return;
            const bucket = bucketAt(event);
            if (bucket !== null && buckets !== null) onJump(bucketBegin(buckets, bucket));
          }}
        >
          <canvas ref={canvas} className="block h-10 w-full" aria-hidden="true" />
          {drag === null ? null : (
            <span
              className="pointer-events-none absolute inset-y-0 border-accent border-x bg-accent/20"
              style={{ left: Math.min(drag.fromPx, drag.toPx), width: Math.abs(drag.toPx - drag.fromPx) }}
            />
          )}
        </button>
        {drawsHidden ? (
          <span className="pointer-events-none absolute top-0 left-0 bg-surface pr-1 text-meta text-muted">
            All lines, hidden ones too
          </span>
        ) : null}
      </div>
      {choice === undefined ? null : <div className="flex w-44 shrink-0 justify-end">{choice}</div>}
      {zoom === null ? null : (
        <IconButton
          label="Lines over time: the whole time again"
          className="shrink-0"
          onClick={() => onZoom(null)}
          icon={<ZoomOut className="size-4" aria-hidden="true" />}
        />
      )}
      <IconButton
        label="Lines over time: view as table"
        className="shrink-0"
        onClick={() => setTable(true)}
        icon={<Table2 className="size-4" aria-hidden="true" />}
      />
      <Dialog isOpen={isTable} onClose={() => setTable(false)} title="Lines over time" isWide>
        {buckets === null ? (
          <p>There are no lines.</p>
        ) : (
          <BucketTable
            buckets={buckets}
            onJump={(atMs) => {
              setTable(false);
              onJump(atMs);
            }}
            onZoom={(span) => {
              setTable(false);
              zoomTo(span);
            }}
          />
        )}
      </Dialog>
    </div>
  );
};

/** `14:02:10: 41 lines, 2 error, 39 info`. */
const wordsOf = (buckets: Buckets, bucket: number): string => {
  const parts = ORDER.map((name) => ({ name, count: countOf(buckets, bucket, LEVEL_NAMES.indexOf(name)) }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${formatCount(count)} ${name}`);
  return `${formatClock(bucketBegin(buckets, bucket))}: ${parts.length === 0 ? "no lines" : parts.join(", ")}`;
};

/** The upper `abovePx` stay free. */
const drawBuckets = (
  canvas: HTMLCanvasElement,
  buckets: Buckets | null,
  countedFromMs: number | null,
  abovePx: number,
): void => {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = devicePixelRatio;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(HEIGHT_PX * scale);
  context.scale(scale, scale);
  if (buckets === null) return;
  const colours = resolveColours(canvas, Object.values(TOKENS));
  const count = bucketCount(buckets);
  if (countedFromMs !== null) {
    const part = (countedFromMs - buckets.fromMs) / (count * buckets.stepMs);
    hatch(context, colours.get(TOKENS.debug) ?? "", Math.min(1, Math.max(0, part)) * width);
  }
  const most = tallest(buckets);
  const step = width / count;
  for (let bucket = 0; bucket < count; bucket++) {
    let bottom = HEIGHT_PX;
    for (const name of ORDER) {
      const lines = countOf(buckets, bucket, LEVEL_NAMES.indexOf(name));
      if (lines === 0) continue;
      // What is there at all is seen.
      const height = Math.max(1, (lines / most) * (HEIGHT_PX - 2 - abovePx));
      context.fillStyle = colours.get(TOKENS[name]) ?? "";
      context.fillRect(bucket * step, bottom - height, Math.max(1, step - 1), height);
      bottom -= height;
    }
  }
};

/** Strokes over the first `widthPx`, behind whatever was counted there. */
const hatch = (context: CanvasRenderingContext2D, colour: string, widthPx: number): void => {
  context.save();
  context.beginPath();
  context.rect(0, 0, widthPx, HEIGHT_PX);
  context.clip();
  context.beginPath();
  for (let x = -HEIGHT_PX; x < widthPx; x += HATCH_PX) {
    context.moveTo(x, HEIGHT_PX);
    context.lineTo(x + HEIGHT_PX, 0);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
};
