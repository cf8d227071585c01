import { isSettled } from "@yardarm/protocol/action";
import type { ContainerId } from "@yardarm/protocol/ids";
import { useActions } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { VERB_WORDS } from "./action-verdict.ts";
import { actionLook, outcomeWords, stepWords } from "./action-words.ts";

/** A settled action leaves the line after this; the list keeps it. */
const SHOWN_MS = 60_000;

/** The newest action under the buttons that asked for it. Its line is always there, so that nothing moves. */
export const ActionLine = ({ containerId }: { readonly containerId: ContainerId }) => {
  const [seen] = useActions(containerId);
  const nowMs = useNow();
  const last = seen?.steps.at(-1);
  const isOver = seen !== undefined && isSettled(seen.action.state) && nowMs - (last?.atMs ?? 0) > SHOWN_MS;
  return (
    <div role="status" className="flex h-6 min-w-0 items-center gap-3 text-meta tabular">
      {seen === undefined || isOver || last === undefined ? null : (
        <>
          <span className="shrink-0 font-medium">{VERB_WORDS[seen.action.verb].verb}</span>
          <span className="min-w-20 shrink-0">
            <StateBadge look={actionLook(seen.action.state)} />
          </span>
          <span className="truncate text-muted">
            {outcomeWords(seen) ?? seen.steps.map((step, index) => stepWords(step, seen.steps[index - 1])).join(" → ")}
          </span>
        </>
      )}
    </div>
  );
};
