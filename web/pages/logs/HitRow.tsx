import { Link } from "@tanstack/react-router";
import type { LogHit } from "@yardarm/protocol/api/logs";
import type { Host } from "@yardarm/protocol/host";
import { ExternalLink } from "lucide-react";
import { memo } from "react";
import { formatClockMs, formatMoment, nsToMs } from "../../format/time.ts";
import type { LineMatcher } from "../../workers/pattern.ts";
import { LineText } from "../log/line/LineText.tsx";
import { LEVEL_TONES } from "./level-tones.ts";
import { type LineSource, lineTarget } from "./line-link.ts";
import { sourceText, wholeSource } from "./source-text.ts";

export type HitRowProps = {
  readonly hit: LogHit;
  readonly container: LineSource | undefined;
  readonly host: Host | undefined;
  /** What to mark in the line; `null` marks nothing. */
  readonly matcher: LineMatcher | null;
  /** Of its source: one of the theme's for logs. */
  readonly colour: string;
  /** Structured lines as message and fields. */
  readonly showsFields: boolean;
  /** The line that the panel shows. */
  readonly isOpen: boolean;
  /** Written on the day that it is now: the date is left out. */
  readonly isToday: boolean;
  readonly onOpen: (hit: LogHit) => void;
};

/** What the column of sources (`w-44`) holds. */
const SOURCE_CHARACTERS = 22;

/** A line that was found; opens in the panel, or in the container's log. */
export const HitRow = memo((props: HitRowProps) => {
  const { hit, container, host, isOpen, isToday, onOpen } = props;
  const atMs = nsToMs(hit.tsNs) ?? 0;
  const target = container === undefined ? null : lineTarget(container, { seq: hit.seq, tsNs: BigInt(hit.tsNs) });
  const source = {
    container: container?.name ?? "removed container",
    host: container === undefined ? null : (host?.name ?? "?"),
    isLate: false,
  };
  return (
    <li className="yd-dark border-line border-b bg-log text-text [content-visibility:auto] [contain-intrinsic-size:auto_28px]">
      <div className="flex items-start gap-1 px-1">
        <button
          type="button"
          data-hit={hitKey(hit)}
          aria-expanded={isOpen}
          onClick={() => {
            // Whoever selects text ends with a click, too.
            if (document.getSelection()?.isCollapsed !== false) onOpen(hit);
          }}
          className="flex min-h-7 min-w-0 flex-1 select-text flex-col rounded-control border-transparent border-l-2 px-2 py-1 text-left font-mono text-log text-text hover:bg-raised aria-expanded:border-accent aria-expanded:bg-raised phone:flex-row phone:gap-2"
        >
          <span className="flex shrink-0 gap-2">
            <time className="tabular shrink-0 text-muted" title={formatMoment(atMs)}>
              {isToday ? formatClockMs(atMs) : formatMoment(atMs)}
            </time>
            <span
              className="w-44 shrink-0 truncate"
              style={{
                color: `var(--yd-ansi-${props.colour})`,
              }}
              title={wholeSource(source)}
            >
              {sourceText(source, SOURCE_CHARACTERS)}
            </span>
            <span className={`w-12 shrink-0 ${LEVEL_TONES[hit.level] ?? "text-muted"}`}>
              {hit.level === "unknown" ? "" : hit.level}
            </span>
          </span>
          <span className="line-clamp-3 min-w-0 flex-1 break-words">
            <LineText text={hit.message} showsFields={props.showsFields} matcher={props.matcher} hasLinks={false} />
          </span>
        </button>
        {target === null ? null : (
          <Link
            to={target.to}
            search={target.search}
            aria-label={`Open this line in the log of ${container?.name ?? ""}`}
            title="Open in the container's log"
            className="flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-raised hover:text-text"
          >
            <ExternalLink className="size-4" aria-hidden="true" />
          </Link>
        )}
      </div>
    </li>
  );
});
HitRow.displayName = "HitRow";

export const hitKey = ({ containerId, seq }: Pick<LogHit, "containerId" | "seq">): string => `${containerId} ${seq}`;
