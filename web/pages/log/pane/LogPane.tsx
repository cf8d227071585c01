import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { FLAG_CONTINUATION } from "@yardarm/protocol/log/line-flags";
import { type ReactNode, useCallback, useEffect, useEffectEvent, useLayoutEffect } from "react";
import type { FetchState } from "../../../live/log-fetcher.ts";
import type { SeqRange } from "../../../live/log-ranges.ts";
import type { LogQuery } from "../../../workers/log-messages.ts";
import { LineBody } from "../line/LineBody.tsx";
import { ClearedNote, HoleNote, LossNote } from "../line/NoteRow.tsx";
import { canHighlight, highlightIn } from "../line/search-highlight.ts";
import { formatStamp, type StampStyle, stampCharacters } from "../line/stamps.ts";
import type { LogElements } from "../log-elements.ts";
import type { LogRow, LogRows } from "../rows/log-rows.ts";
import { type PaneScroll, ROW_PX } from "./pane-scroll.ts";
import { useSelectedRows } from "./use-selected-rows.ts";
import "./log-pane.css";

export type LogPaneProps = {
  readonly elements: LogElements;
  readonly label: string;
  readonly rows: LogRows;
  readonly scroll: PaneScroll;
  readonly isFollowing: boolean;
  /** Somebody reads up there, and nothing is filtered: what is missing around is loaded by itself. */
  readonly loadsByItself: boolean;
  readonly isWrapped: boolean;
  readonly stamps: StampStyle;
  readonly showsStream: boolean;
  readonly currentSeq: number | null;
  readonly expanded: ReadonlySet<number>;
  readonly query: LogQuery | null;
  readonly fetchState: FetchState;
  readonly clearedAtMs: number;
  readonly hubNowMs: number;
  readonly onScrolled: (event: "leftEnd" | "reachedEnd" | null) => void;
  /** Lines up to here (exclusive) have been on screen. */
  readonly onSeen: (endSeq: number) => void;
  readonly onChoose: (seq: number) => void;
  readonly onExpand: (seq: number) => void;
  readonly onLoad: (hole: SeqRange, side: "newest" | "oldest") => void;
  readonly onShowCleared: () => void;
  readonly onCopy: (event: ClipboardEvent) => void;
  /** Shown where lines would be when there are none. */
  readonly children: ReactNode;
};

const OVERSCAN_ROWS = 10;
/** Holes this close to what is on screen are loaded before they are reached. */
const NEAR_ROWS = 60;
/** Measured heights of rows that are gone are forgotten now and then. */
const MEASURED_SLACK = 5_000;

/** The list of lines: only what is on screen exists in the document. */
export const LogPane = (props: LogPaneProps) => {
  const { elements, rows, scroll, isFollowing, isWrapped, query, onScrolled, onSeen, onLoad } = props;
  const getItemKey = useCallback((row: number) => rows.keyAt(row), [rows]);
  const rangeExtractor = useSelectedRows(elements, rows);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.count,
    getScrollElement: () => elements.pane,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    getItemKey,
    rangeExtractor,
  });
  scroll.prepare(virtualizer, rows, isFollowing);
  const items = virtualizer.getVirtualItems();
  const stampWidth = stampCharacters(props.stamps, firstStampMs(rows), props.hubNowMs);

  useLayoutEffect(() => {
    const { pane } = elements;
    if (pane === null) return;
    // Measured here and not by observers, so that the right heights are known before anything is painted.
    if (isWrapped) measureRows(pane, virtualizer);
    scroll.settle(pane, virtualizer, rows);
    if (canHighlight()) highlightIn(pane, query);
  });

  useLayoutEffect(() => {
    const { pane } = elements;
    if (pane === null) return;
    // Before the virtualizer's own listener: it renders at once, and must already know who holds the position.
    const onScroll = (): void => onScrolled(scroll.scrolled(pane, virtualizer, rows));
    pane.addEventListener("scroll", onScroll, { capture: true, passive: true });
    return () => pane.removeEventListener("scroll", onScroll, { capture: true });
  }, [elements, scroll, virtualizer, rows, onScrolled]);

  // Heights belong to one way of showing lines.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, isWrapped]);

  const firstRow = virtualizer.range?.startIndex ?? 0;
  const lastRow = Math.min(virtualizer.range?.endIndex ?? 0, rows.count - 1);
  useEffect(() => {
    forgetMeasured(virtualizer.itemSizeCache, rows);
    if (lastRow < 0) return;
    for (let row = lastRow; row >= firstRow; row--) {
      const entry = rows.at(row);
      if (entry.kind !== "line" && entry.kind !== "loss") continue;
      onSeen(entry.seq + 1);
      break;
    }
    if (!props.loadsByItself || props.fetchState.status !== "idle") return;
    const hole = nearestHole(rows, firstRow, lastRow);
    if (hole !== null) onLoad(hole.range, hole.side);
  }, [virtualizer, rows, firstRow, lastRow, onSeen, onLoad, props.loadsByItself, props.fetchState]);

  // One listener for all rows, by delegation.
  const onClick = useEffectEvent((event: MouseEvent): void => {
    if (!(event.target instanceof Element)) return;
    const seqText = event.target.closest<HTMLElement>("[data-seq]")?.dataset.seq;
    const button = event.target.closest<HTMLElement>("[data-do]");
    switch (button?.dataset.do) {
      case "expand":
        if (seqText !== undefined) props.onExpand(Number(seqText));
        return;
      case "load": {
        const hole = holeAt(rows, Number(button.closest<HTMLElement>("[data-index]")?.dataset.index));
        if (hole !== null) onLoad(hole, "newest");
        return;
      }
      case "unclear":
        props.onShowCleared();
        return;
      default:
        if (seqText !== undefined) props.onChoose(Number(seqText));
    }
  });

  const onCopied = useEffectEvent(props.onCopy);
  useEffect(() => {
    const { pane } = elements;
    if (pane === null) return;
    let widthPx = pane.clientWidth;
    const observer = new ResizeObserver(() => {
      scroll.pin(pane);
      if (pane.clientWidth !== widthPx) virtualizer.measure();
      widthPx = pane.clientWidth;
    });
    observer.observe(pane);
    const clicked = (event: MouseEvent): void => onClick(event);
    const copied = (event: ClipboardEvent): void => onCopied(event);
    pane.addEventListener("click", clicked);
    pane.addEventListener("copy", copied);
    return () => {
      observer.disconnect();
      pane.removeEventListener("click", clicked);
      pane.removeEventListener("copy", copied);
    };
  }, [elements, scroll, virtualizer]);

  return (
    <div
      ref={elements.setPane}
      role="log"
      aria-live="off"
      aria-label={props.label}
      // A region that scrolls must be reachable by keyboard.
      tabIndex={0}
      className="yd-pane yd-dark"
    >
      <div className="yd-rows" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows.at(item.index);
          return (
            <div
              key={rows.keyAt(item.index)}
              className="yd-row"
              style={{ top: item.start }}
              data-index={item.index}
              {...(isWrapped ? { "data-wrapped": "" } : { "data-fixed": "" })}
              {...lineAttributes(row, props.currentSeq)}
            >
              {renderRow(row, item.index, props, stampWidth)}
            </div>
          );
        })}
      </div>
      {props.children}
    </div>
  );
};

const lineAttributes = (
  row: LogRow,
  currentSeq: number | null,
): Readonly<Record<`data-${string}`, string | number>> => {
  if (row.kind !== "line") return row.kind === "loss" ? { "data-loss": row.seq } : {};
  return {
    "data-seq": row.seq,
    ...(row.seq === currentSeq ? { "data-current": "" } : {}),
    ...((row.chunk.flags(row.index) & FLAG_CONTINUATION) === 0 ? {} : { "data-continued": "" }),
  };
};

const renderRow = (row: LogRow, position: number, props: LogPaneProps, stampWidth: number): ReactNode => {
  switch (row.kind) {
    case "cleared":
      return <ClearedNote atMs={props.clearedAtMs} />;
    case "hole":
      return <HoleNote hole={row.hole} fetchState={props.fetchState} />;
    case "loss":
      return <LossNote chunk={row.chunk} index={row.index} />;
    case "line":
      return (
        <LineBody
          chunk={row.chunk}
          index={row.index}
          stamp={stampOf(row, position, props)?.padStart(stampWidth) ?? null}
          showsStream={props.showsStream}
          isExpanded={props.expanded.has(row.seq)}
          query={canHighlight() ? null : props.query}
        />
      );
  }
};

const stampOf = (row: LogRow & { readonly kind: "line" | "loss" }, position: number, props: LogPaneProps) => {
  const { stamps, rows, hubNowMs } = props;
  if (stamps === "off") return null;
  const above = stamps === "delta" && position > 0 ? rows.at(position - 1) : null;
  const previousNs = above?.kind === "line" ? above.chunk.stampNs(above.index) : null;
  return formatStamp(stamps, { atNs: row.chunk.stampNs(row.index), previousNs, nowMs: hubNowMs });
};

/** When the oldest line shown was written, ms. */
const firstStampMs = (rows: LogRows): number | null => {
  const row = rows.rowOf(0);
  const entry = row < 0 ? null : rows.at(row);
  return entry?.kind === "line" ? Number(entry.chunk.stampNs(entry.index) / 1_000_000n) : null;
};

const holeAt = (rows: LogRows, row: number): SeqRange | null => {
  const entry = row >= 0 && row < rows.count ? rows.at(row) : null;
  return entry?.kind === "hole" && entry.hole.kind === "notLoaded" ? entry.hole : null;
};

/** What is missing nearest to the rows on screen, and from which of its sides it will be read. */
const nearestHole = (
  rows: LogRows,
  firstRow: number,
  lastRow: number,
): { readonly range: SeqRange; readonly side: "newest" | "oldest" } | null => {
  const middle = (firstRow + lastRow) / 2;
  for (let row = firstRow; row <= lastRow; row++) {
    const range = holeAt(rows, row);
    if (range !== null) return { range, side: row < middle ? "newest" : "oldest" };
  }
  for (let away = 1; away <= NEAR_ROWS; away++) {
    const above = holeAt(rows, firstRow - away);
    if (above !== null) return { range: above, side: "newest" };
    const below = holeAt(rows, lastRow + away);
    if (below !== null) return { range: below, side: "oldest" };
  }
  return null;
};

const measureRows = (pane: HTMLElement, virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>): void => {
  // Where the list stands is the business of `PaneScroll` alone.
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  for (const element of pane.querySelectorAll<HTMLElement>("[data-index]")) {
    virtualizer.resizeItem(Number(element.dataset.index), element.offsetHeight);
  }
};

const forgetMeasured = (sizes: Map<number | string | bigint, number>, rows: LogRows): void => {
  if (sizes.size <= rows.count + MEASURED_SLACK) return;
  for (const key of sizes.keys()) {
    if (typeof key === "number" && key >= 0 && !rows.shows(key)) sizes.delete(key);
  }
};
