import type { NdjsonLine } from "@yardarm/protocol/api/log-line";
import { useLayoutEffect, useRef } from "react";
import { formatClockMs } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { Delayed } from "../../../ui/Delayed.tsx";
import { LineText } from "../../log/line/LineText.tsx";
import type { LineAddress } from "../../log/line-address.ts";
import { useLogPreferences } from "../../log/log-preferences.ts";
import { ProblemState } from "../../ProblemState.tsx";
import { LEVEL_TONES } from "../level-tones.ts";
import { contextWords, LINES_AROUND } from "./line-context.ts";
import { lossWords } from "./loss-words.ts";
import type { UsedContext } from "./use-line-context.ts";

export type ContextLinesProps = { readonly address: LineAddress; readonly around: UsedContext };

/** What the same container wrote before and after the line, as the hub has stored it; the line itself in the middle. */
export const ContextLines = ({ address, around }: ContextLinesProps) => {
  const { context, error, isOver, again } = around;
  const [{ showsFields }] = useLogPreferences(false);
  const box = useRef<HTMLDivElement>(null);
  const isThere = context?.line != null;
  useLayoutEffect(() => {
    const row = isThere ? box.current?.querySelector<HTMLElement>("[aria-current]") : null;
    if (box.current === null || row == null) return;
    box.current.scrollTop = row.offsetTop - (box.current.clientHeight - row.offsetHeight) / 2;
  }, [isThere]);
  const words =
    context === undefined ? "" : isThere ? contextWords(context, address.seq) : isOver ? "" : "Not stored yet…";
  return (
    <div className="flex min-h-64 min-w-0 flex-1 flex-col border-line border-t tablet:min-h-0 tablet:border-t-0 tablet:border-l">
      <div className="flex h-8 shrink-0 items-center gap-2 px-3 text-meta text-muted">
        <h3 className="shrink-0">Around it</h3>
        <p role="status" className="tabular min-w-0 flex-1 truncate" title={words}>
          {words}
        </p>
        {context !== undefined && context.after < LINES_AROUND ? (
          <Button isSmall look="quiet" onClick={again}>
            Look again
          </Button>
        ) : null}
      </div>
      {error === null ? null : (
        <div className="p-3">
          <ProblemState error={error} onRetry={again} />
        </div>
      )}
      <div
        ref={box}
        role="region"
        aria-label="Lines around the line"
        tabIndex={0}
        className="yd-dark relative min-h-0 flex-1 overflow-y-auto overscroll-contain bg-log py-1 font-mono text-log text-text"
      >
        {context === undefined && error === null ? (
          <Delayed>
            <p className="px-3 text-muted">Loading the lines around it…</p>
          </Delayed>
        ) : null}
        {context !== undefined && isOver && context.items.length === 0 ? (
          <p className="px-3 text-muted">What stood around it is no longer stored.</p>
        ) : null}
        <ol>
          {(context?.items ?? []).map((item) => (
            <li
              key={item.seq}
              aria-current={item.seq === address.seq || undefined}
              className="whitespace-pre-wrap break-words border-transparent border-l-2 px-2 aria-current:border-accent aria-current:bg-raised"
            >
              <ContextLine item={item} showsFields={showsFields} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
};

type ContextLineProps = { readonly item: NdjsonLine; readonly showsFields: boolean };

const ContextLine = ({ item, showsFields }: ContextLineProps) => {
  if ("loss" in item) return <span className="text-warn">{lossWords(item.loss)}</span>;
  const { ts, level, message } = item;
  return (
    <>
      <time className="tabular text-muted">{formatClockMs(Date.parse(ts))}</time>{" "}
      {level === "unknown" ? null : <span className={LEVEL_TONES[level] ?? "text-muted"}>{level} </span>}
      <LineText text={message} showsFields={showsFields} matcher={null} hasLinks />
    </>
  );
};
