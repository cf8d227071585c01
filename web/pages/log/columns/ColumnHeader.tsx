import { X } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from "react";
import type { LogElements } from "../log-elements.ts";
import { visibleText } from "../line/visible-text.ts";
import { type Column, columnWidth, LEAST_WIDTH_CH, MOST_WIDTH_CH, resized, toggled } from "./columns.ts";
import "./columns.css";

export type ColumnHeaderProps = {
  readonly columns: readonly Column[];
  /** What stands in front of the columns, in characters. */
  readonly beforeCh: number;
  readonly isDark: boolean;
  readonly onChange: (columns: readonly Column[]) => void;
  /** Whose lines these are: what scrolls them sideways scrolls the names as well. */
  readonly elements: LogElements;
};

/** Names of the columns above the lines, with what changes their widths and takes them away. */
export const ColumnHeader = ({ columns, beforeCh, isDark, onChange, elements }: ColumnHeaderProps) => {
  const row = useRef<HTMLDivElement>(null);
  // Names stay above their columns when the lines are scrolled sideways.
  useEffect(() => {
    const { pane } = elements;
    if (pane === null) return;
    const follow = (): void => {
      if (row.current !== null) row.current.style.transform = `translateX(${-pane.scrollLeft}px)`;
    };
    follow();
    pane.addEventListener("scroll", follow, { passive: true });
    return () => pane.removeEventListener("scroll", follow);
  }, [elements]);
  return (
    <div role="group" aria-label="Columns" className={isDark ? "yd-columns yd-dark" : "yd-columns"}>
      <div
        ref={row}
        className="yd-columns-row"
        onFocus={({ target }) => {
          // What has the focus is seen: the lines go back to where the columns are.
          if (target.matches(":focus-visible")) elements.pane?.scrollTo({ left: 0 });
        }}
      >
        <span className="shrink-0" style={{ width: `${beforeCh}ch` }} />
        {columns.map((column, index) => (
          <div key={column.key} className="yd-column" style={{ width: columnWidth(index) }}>
            <span className="min-w-0 flex-1 truncate" title={column.key}>
              {visibleText(column.key)}
            </span>
            <button
              type="button"
              className="yd-column-remove"
              aria-label={`Remove the column ${column.key}`}
              title="Remove the column"
              onClick={() => {
                onChange(toggled(columns, column.key));
                elements.pane?.focus();
              }}
            >
              <X className="size-3.5" aria-hidden="true" />
            </button>
            <WidthHandle column={column} onWidth={(widthCh) => onChange(resized(columns, column.key, widthCh))} />
          </div>
        ))}
      </div>
    </div>
  );
};

type WidthHandleProps = { readonly column: Column; readonly onWidth: (widthCh: number) => void };

/** Dragged, or moved by the arrow keys, Home and End. */
const WidthHandle = ({ column, onWidth }: WidthHandleProps) => {
  const drag = useRef<{ readonly fromX: number; readonly fromCh: number; readonly chPx: number } | null>(null);
  const begin = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    const { currentTarget: handle } = event;
    const widthPx = handle.parentElement?.getBoundingClientRect().width ?? 0;
    drag.current = { fromX: event.clientX, fromCh: column.widthCh, chPx: widthPx / column.widthCh };
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const move = ({ clientX }: PointerEvent<HTMLElement>): void => {
    if (drag.current === null) return;
    const { fromX, fromCh, chPx } = drag.current;
    onWidth(fromCh + (clientX - fromX) / chPx);
  };
  const end = (): void => {
    drag.current = null;
  };
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    const widthCh = widthBy(event.key, column.widthCh);
    if (widthCh === null) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(widthCh);
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of the column ${column.key}`}
      aria-valuenow={column.widthCh}
      aria-valuemin={LEAST_WIDTH_CH}
      aria-valuemax={MOST_WIDTH_CH}
      aria-valuetext={`${column.widthCh} characters`}
      tabIndex={0}
      className="yd-column-width"
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={press}
    />
  );
};

const widthBy = (key: string, widthCh: number): number | null => {
  switch (key) {
    case "ArrowLeft":
      return widthCh - 1;
    case "ArrowRight":
      return widthCh + 1;
    case "Home":
      return LEAST_WIDTH_CH;
    case "End":
      return MOST_WIDTH_CH;
    default:
      return null;
  }
};
