import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { NdjsonLine } from "@yardarm/protocol/api/log-line";
import type { LogHit } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { ChevronRight, ExternalLink } from "lucide-react";
import { useId, useState } from "react";
import { getContext } from "../../api/log-calls.ts";
import { stripEscapes } from "../../format/escape-sequences.ts";
import { formatClockMs, formatMoment, nsToMs } from "../../format/time.ts";
import { ProblemState } from "../ProblemState.tsx";
import { lineTarget } from "./line-link.ts";
import { markFound } from "./mark-found.ts";
import { colourOf } from "./source-colours.ts";

export type HitRowProps = {
  readonly hit: LogHit;
  readonly container: Container | undefined;
  readonly host: Host | undefined;
  /** What to mark in the line; empty marks nothing. */
  readonly find: string;
  readonly nowMs: number;
};

const LEVEL_TONES: Readonly<Partial<Record<LogHit["level"], string>>> = {
  fatal: "text-danger",
  error: "text-danger",
  warn: "text-warn",
};

/** A line that was found; opens what stands around it in place, or in the container's log. */
export const HitRow = ({ hit, container, host, find, nowMs }: HitRowProps) => {
  const [isOpen, setOpen] = useState(false);
  const contextId = useId();
  const atMs = nsToMs(hit.tsNs) ?? 0;
  const isToday = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  const target = container === undefined ? null : lineTarget(container, { seq: hit.seq, tsNs: BigInt(hit.tsNs) });
  const name = container === undefined ? "removed container" : `${container.name} · ${host?.name ?? "?"}`;
  return (
    <li className="yd-dark border-line border-b bg-log text-text [content-visibility:auto] [contain-intrinsic-size:auto_28px]">
      <div className="flex items-start gap-1 px-1">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={contextId}
          onClick={() => setOpen(!isOpen)}
          className="flex min-h-7 min-w-0 flex-1 items-start gap-2 rounded-control px-1 py-1 text-left hover:bg-raised"
        >
          <ChevronRight
            className={`mt-0.5 size-4 shrink-0 text-muted ${isOpen ? "rotate-90" : ""}`}
            aria-hidden="true"
          />
          <span className="flex min-w-0 flex-1 flex-col font-mono text-log text-text phone:flex-row phone:gap-2">
            <span className="flex shrink-0 gap-2">
              <time className="tabular shrink-0 text-muted" title={formatMoment(atMs)}>
                {isToday ? formatClockMs(atMs) : formatMoment(atMs)}
              </time>
              <span
                className="w-44 shrink-0 truncate"
                style={{
                  color: `var(--yd-ansi-${container === undefined ? "white" : colourOf(container.workloadId)})`,
                }}
                title={name}
              >
                {name}
              </span>
              <span className={`w-12 shrink-0 ${LEVEL_TONES[hit.level] ?? "text-muted"}`}>
                {hit.level === "unknown" ? "" : hit.level}
              </span>
            </span>
            <span className={`min-w-0 flex-1 break-words ${isOpen ? "" : "line-clamp-3"}`}>
              {markFound(stripEscapes(hit.message), find).map((part, index) =>
                part.isFound ? (
                  <mark key={index} className="bg-warn text-log">
                    {part.text}
                  </mark>
                ) : (
                  part.text
                ),
              )}
            </span>
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
      <div id={contextId}>{isOpen ? <HitContext hit={hit} /> : null}</div>
    </li>
  );
};

const LINES_AROUND = 8;

const HitContext = ({ hit }: { readonly hit: LogHit }) => {
  const { data, error, refetch } = useQuery({
    queryKey: ["log context", hit.containerId, hit.seq],
    queryFn: ({ signal }) => getContext(hit.containerId, hit.seq, LINES_AROUND, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error !== null) return <ProblemState error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <p className="h-10 px-8 py-2 text-muted">Loading the lines around it…</p>;
  if (data.items.length === 0) return <p className="px-8 py-2 text-muted">What stood around it is no longer stored.</p>;
  return (
    <ol
      aria-label="Lines around the hit"
      className="overflow-x-auto border-line border-t pb-1 pl-8 font-mono text-log text-text"
    >
      {data.items.map((line) => (
        <li
          key={line.seq}
          aria-current={line.seq === hit.seq || undefined}
          className="whitespace-pre-wrap break-words px-1 aria-current:bg-raised"
        >
          <ContextLine line={line} />
        </li>
      ))}
    </ol>
  );
};

const ContextLine = ({ line }: { readonly line: NdjsonLine }) => {
  if ("loss" in line) return <span className="text-warn">┄┄ Lines are missing here: {line.loss.reason}.</span>;
  return (
    <>
      <time className="tabular text-muted">{formatClockMs(Date.parse(line.ts))}</time> {stripEscapes(line.message)}
    </>
  );
};
