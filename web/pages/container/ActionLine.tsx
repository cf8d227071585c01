import { isSettled } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { ReactNode } from "react";
import { useActions, useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { VERB_WORDS } from "./action-verdict.ts";
import { actionLook, outcomeWords, progressWords, stepWords } from "./action-words.ts";
import { useActionHistory } from "./use-action-history.ts";

/** A settled action leaves the line after this; the list keeps it. */
const SHOWN_MS = 60_000;

export type ActionLineProps = {
  readonly container: Container;
  /** Stands there while there is no action. */
  readonly otherwise?: ReactNode;
};

/** The newest action beside the buttons that asked for it. Its line is always there, so that nothing moves. */
export const ActionLine = ({ container, otherwise }: ActionLineProps) => {
  const { containerId, stopGraceSeconds } = container;
  const live = useLive();
  const [seen] = useActions(containerId);
  useActionHistory(containerId);
  useNow();
  const nowMs = live.hubNow();
  const last = seen?.steps.at(-1);
  const isOver = seen !== undefined && isSettled(seen.action.state) && nowMs - (last?.atMs ?? 0) > SHOWN_MS;
  const isShown = seen !== undefined && last !== undefined && !isOver;
  return (
    <div className="flex h-6 min-w-0 items-center gap-3 text-meta tabular">
      {/* Each state is said aloud once; what counts seconds is only shown. */}
      <div role="status" className="flex shrink-0 items-center gap-3">
        {isShown ? (
          <>
            <span className="font-medium">{VERB_WORDS[seen.action.verb].verb}</span>
            <span className="min-w-20">
              <StateBadge look={actionLook(seen.action.state)} />
            </span>
          </>
        ) : null}
      </div>
      {isShown ? (
        <span className="truncate text-muted">
          {outcomeWords(seen) ??
            progressWords(seen, stopGraceSeconds, nowMs) ??
            seen.steps.map((step, index) => stepWords(step, seen.steps[index - 1])).join(" → ")}
        </span>
      ) : (
        otherwise
      )}
    </div>
  );
};
