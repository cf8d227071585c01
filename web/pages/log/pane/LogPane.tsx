import { type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";
import type { SeqRange } from "../../../live/log-ranges.ts";
import type { LineMatcher } from "../../../workers/pattern.ts";
import type { RowLook, RowState } from "../line/row-element.ts";
import { formatStamp, type StampStyle } from "../line/stamps.ts";
import type { LogElements } from "../log-elements.ts";
import type { LogReader } from "../log-reader.ts";
import type { LogRow, LogRowList } from "../rows/row-list.ts";
import { isSelected, type LineSelection } from "../rows/selection.ts";
import { stampWidth } from "../rows/stamp-width.ts";
import { PaneDrawing } from "./pane-drawing.ts";
import type { PaneScroll } from "./pane-scroll.ts";
import "./log-pane.css";

export type LogPaneProps = {
  readonly elements: LogElements;
  readonly label: string;
  /** The rows at this moment, and when there are others. */
  readonly rowsNow: () => LogRowList;
  readonly subscribe: LogReader["subscribe"];
  readonly scroll: PaneScroll;
  readonly isFollowing: boolean;
  /** Somebody reads up there, and nothing is filtered: what is missing around is loaded by itself. */
  readonly loadsByItself: boolean;
  readonly isWrapped: boolean;
  /** Dark also in the light theme. */
  readonly isDark: boolean;
  readonly stamps: StampStyle;
  readonly look: RowLook;
  readonly currentSeq: number | null;
  /** The line whose details are open. */
  readonly openSeq: number | null;
  readonly pulseSeq: number | null;
  readonly selection: LineSelection;
  readonly expanded: ReadonlySet<number>;
  readonly matcher: LineMatcher | null;
  readonly hubNowMs: number;
  readonly onScrolled: (event: "leftEnd" | "reachedEnd" | null) => void;
  /** Lines up to here (exclusive) have been on screen; `null` when nobody wants to know. */
  readonly onSeen: ((endSeq: number) => void) | null;
  readonly onLine: (action: LineAction, seq: number) => void;
  /** The pointer came to another line, or to none. */
  readonly onPoint: (seq: number | null) => void;
  readonly onLoad: (hole: SeqRange, side: "newest" | "oldest") => void;
  readonly onShowCleared: () => void;
  readonly onMarker: (id: number) => void;
  readonly onCopy: (event: ClipboardEvent) => void;
  /** Shown where lines would be when there are none. */
  readonly children: ReactNode;
};

/** What a click on a line asks for; the `select` ones come from the gutter, `openOrClose` from the button in front of it. */
export type LineAction =
  | "choose"
  | "open"
  | "openOrClose"
  | "expand"
  | "fold"
  | "unfold"
  | "select"
  | "selectTo"
  | "selectToo";

/** Holes this close to what is on screen are loaded before they are reached. */
const NEAR_ROWS = 60;

/**
 * The list of lines: only what is on screen exists in the document. React holds the frame, `PaneDrawing` the rows: it draws new lines by
 * itself in the frame in which the reader has them.
 */
export const LogPane = (props: LogPaneProps) => {
  const { elements, rowsNow, subscribe, scroll, isFollowing, isWrapped, matcher, onSeen, onLoad, loadsByItself, look } =
    props;
  const { setPane, setList, setOpener } = elements;
  const { currentSeq, openSeq } = props;
  const [drawing] = useState(() => new PaneDrawing(elements, scroll));
  const inView = useRef<readonly [first: number, last: number]>([0, -1]);
  useLayoutEffect(() => {
    const statesOf = rowStates(props);
    inView.current = drawing.draw({ rowsNow, isFollowing, isWrapped, look, statesOf, matcher, currentSeq, openSeq });
  });

  const afterDrawing = (firstRow: number, lastRow: number): void => {
    const { rows } = drawing;
    const seenSeq = onSeen === null ? null : lastSeqIn(rows, firstRow, lastRow);
    if (seenSeq !== null) onSeen?.(seenSeq + 1);
    if (!loadsByItself || look.fetchState.status !== "idle") return;
    const hole = nearestHole(rows, firstRow, lastRow);
    if (hole !== null) onLoad(hole.range, hole.side);
  };
  useEffect(() => afterDrawing(...inView.current));
  const onDrawn = useEffectEvent(afterDrawing);
  const onScrolled = useEffectEvent(props.onScrolled);
  useEffect(() => {
    const listening = new AbortController();
    drawing.listen(
      { onScrolled: (event) => onScrolled(event), onDrawn: (...rows) => onDrawn(...rows) },
      listening.signal,
    );
    return () => listening.abort();
  }, [drawing]);
  useEffect(() => subscribe(() => onDrawn(...drawing.refresh())), [drawing, subscribe]);
  usePaneEvents(props, drawing);

  return (
    <div role="log" aria-live="off" aria-label={props.label} className="flex min-h-0 flex-1 flex-col">
      {/* An active descendant is nothing that a log may have: a group may. */}
      <div
        ref={setPane}
        role="group"
        aria-label="Lines"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        tabIndex={0}
        className={props.isDark ? "yd-pane yd-dark" : "yd-pane"}
      >
        <div ref={setList} className="yd-rows" />
        <button ref={setOpener} type="button" hidden aria-label="Open line" className="yd-open" />
        {props.children}
      </div>
    </div>
  );
};

/** One listener for all rows, by delegation. */
const usePaneEvents = (props: LogPaneProps, drawing: PaneDrawing): void => {
  const { elements } = props;
  const onClick = useEffectEvent((event: MouseEvent): void => {
    const { target } = event;
    if (!(target instanceof Element)) return;
    if (target.closest(".yd-open") !== null) {
      if (drawing.openableSeq !== null) props.onLine("openOrClose", drawing.openableSeq);
      return;
    }
    const action = target.closest<HTMLElement>("[data-do]");
    const row = target.closest<HTMLElement>(".yd-row");
    switch (action?.dataset.do ?? "") {
      case "load": {
        const hole = holeAt(drawing.rows, Number(row?.dataset.row));
        if (hole !== null) props.onLoad(hole, "newest");
        return;
      }
      case "unclear":
        props.onShowCleared();
        return;
      case "marker":
        props.onMarker(Number(action?.dataset.marker));
        return;
      default:
    }
    const seqText = row?.dataset.seq;
    if (seqText === undefined) return;
    const seq = Number(seqText);
    const named = action?.dataset.do;
    if (named === "expand" || named === "fold" || named === "unfold") props.onLine(named, seq);
    else if (target.closest(".yd-gutter") !== null) {
      props.onLine(event.shiftKey ? "selectTo" : event.ctrlKey || event.metaKey ? "selectToo" : "select", seq);
    } else if (target.closest("a") === null) props.onLine("choose", seq);
  });
  const onDoubleClick = useEffectEvent((event: MouseEvent): void => {
    if (!(event.target instanceof Element)) return;
    const seq = event.target.closest<HTMLElement>("[data-structured][data-seq]")?.dataset.seq;
    if (seq !== undefined && event.target.closest(".yd-gutter") === null) props.onLine("open", Number(seq));
  });
  const onCopied = useEffectEvent(props.onCopy);
  const onPointed = useEffectEvent(props.onPoint);
  useEffect(() => {
    const { pane } = elements;
    if (pane === null) return;
    const pointAt = (seq: number | null): void => {
      drawing.pointAt(seq);
      onPointed(seq);
    };
    // What a click opens takes room, and other rows come under a pointer that rests: it points again when it is moved.
    let isResting = false;
    const clicked = (event: MouseEvent): void => {
      onClick(event);
      isResting = true;
      pointAt(null);
    };
    const doubleClicked = (event: MouseEvent): void => onDoubleClick(event);
    const copied = (event: ClipboardEvent): void => onCopied(event);
    // The gutter selects lines, not text; and whoever clicks there goes on with the keys of the lines.
    const pressed = (event: MouseEvent): void => {
      if (!(event.target instanceof Element) || event.target.closest(".yd-gutter, .yd-open") === null) return;
      event.preventDefault();
      pane.focus({ preventScroll: true });
    };
    const pointed = ({ target, pointerType }: PointerEvent): void => {
      if (isResting) return;
      // The button stands at a line and belongs to it.
      if (!(target instanceof Element) || target.closest(".yd-open") !== null) return;
      const seq = target.closest<HTMLElement>(".yd-row")?.dataset.seq;
      // Under a finger it would come between the gutter and the tap that selects there.
      if (pointerType === "touch") onPointed(seq === undefined ? null : Number(seq));
      else pointAt(seq === undefined ? null : Number(seq));
    };
    const moved = (event: PointerEvent): void => {
      if (!isResting) return;
      isResting = false;
      pointed(event);
    };
    const left = (): void => pointAt(null);
    pane.addEventListener("pointermove", moved);
    pane.addEventListener("pointerover", pointed);
    pane.addEventListener("pointerleave", left);
    pane.addEventListener("mousedown", pressed);
    pane.addEventListener("click", clicked);
    pane.addEventListener("dblclick", doubleClicked);
    pane.addEventListener("copy", copied);
    return () => {
      pane.removeEventListener("pointermove", moved);
      pane.removeEventListener("pointerover", pointed);
      pane.removeEventListener("pointerleave", left);
      pane.removeEventListener("mousedown", pressed);
      pane.removeEventListener("click", clicked);
      pane.removeEventListener("dblclick", doubleClicked);
      pane.removeEventListener("copy", copied);
    };
  }, [elements, drawing]);
};

/** What is to be known of each row beside its line. */
const rowStates =
  (props: LogPaneProps) =>
  (rows: LogRowList): ((row: LogRow, index: number) => RowState) => {
    const { stamps, hubNowMs, currentSeq, pulseSeq, selection, expanded, isWrapped } = props;
    const width = stampWidth(stamps, rows, hubNowMs);
    const stampOf = (row: LogRow, index: number): string | null => {
      if (stamps === "off" || row.kind !== "line") return null;
      const above = stamps === "delta" && index > 0 ? rows.at(index - 1) : null;
      const previousNs = above?.kind === "line" ? above.chunk.stampNs(above.index) : null;
      return formatStamp(stamps, { atNs: row.chunk.stampNs(row.index), previousNs, nowMs: hubNowMs }).padStart(width);
    };
    return (row, index) => {
      const seq = row.kind === "line" ? row.seq : Number.NaN;
      return {
        stamp: stampOf(row, index),
        isCurrent: seq === currentSeq,
        isSelected: isSelected(selection, seq),
        isPulsing: seq === pulseSeq,
        isExpanded: expanded.has(seq),
        isWrapped,
      };
    };
  };

/** The last line in view; `null` when there is none. */
const lastSeqIn = (rows: LogRowList, firstRow: number, lastRow: number): number | null => {
  for (let row = Math.min(lastRow, rows.count - 1); row >= firstRow; row--) {
    const entry = rows.at(row);
    if (entry.kind === "line" || entry.kind === "loss") return entry.seq;
  }
  return null;
};

const holeAt = (rows: LogRowList, row: number): SeqRange | null => {
  const entry = row >= 0 && row < rows.count ? rows.at(row) : null;
  return entry?.kind === "hole" && entry.hole.kind === "notLoaded" ? entry.hole : null;
};

/** What is missing nearest to the rows on screen, and from which of its sides it will be read. */
const nearestHole = (
  rows: LogRowList,
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
