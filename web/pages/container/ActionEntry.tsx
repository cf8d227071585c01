import { Link } from "@tanstack/react-router";
import { formatMoment, nsToMs } from "../../format/time.ts";
import type { SeenAction } from "../../live/action-store.ts";
import { useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { bulkPath } from "../paths.ts";
import { VERB_WORDS } from "./action-verdict.ts";
import { actionLook, outcomeWords, progressWords, stepWords } from "./action-words.ts";

export type ActionEntryProps = { readonly seen: SeenAction; readonly stopGraceSeconds: number | null };

/** One action: what, by whom, why, how it went step by step, and what came of it. */
export const ActionEntry = ({ seen, stopGraceSeconds }: ActionEntryProps) => {
  const { action, steps } = seen;
  const outcome = outcomeWords(seen);
  const requestedAtMs = nsToMs(action.requestedAtNs);
  return (
    <div className="flex flex-col">
      <div className="flex items-center gap-3">
        <span className="font-medium">{VERB_WORDS[action.verb].verb}</span>
        <StateBadge look={actionLook(action.state)} />
        <span className="min-w-0 flex-1 truncate text-meta text-muted">
          by {action.actor}
          {requestedAtMs === null ? "" : ` · ${formatMoment(requestedAtMs)}`}
        </span>
        <CopyButton label="Copy the action's id" text={action.actionId} />
      </div>
      <p className="break-words text-muted">“{action.reason}”</p>
      {action.override === true ? <p className="text-meta text-warn">Protection was overridden.</p> : null}
      {action.bulkId === undefined ? null : (
        <p className="text-meta text-muted">
          Part of an{" "}
          <Link to={bulkPath(action.bulkId)} className="text-accent underline">
            action on several containers
          </Link>
        </p>
      )}
      {/* One line for how far it is and then for how it ended, and room for all steps: nothing below moves meanwhile. */}
      <p className={`min-h-5 tabular ${TONES[action.state] ?? "text-muted"}`}>
        {outcome ?? <Progress seen={seen} stopGraceSeconds={stopGraceSeconds} />}
      </p>
      <ol className="flex min-h-8 flex-wrap content-start gap-x-2 text-meta text-muted tabular">
        {steps.map((step, index) => (
          <li key={`${step.kind} ${step.state} ${step.atMs}`}>
            {index === 0 ? "" : "→ "}
            {stepWords(step, steps[index - 1])}
          </li>
        ))}
      </ol>
    </div>
  );
};

const TONES: Partial<Readonly<Record<SeenAction["action"]["state"], string>>> = {
  unknown: "text-warn",
  failed: "text-danger",
  rejected: "text-danger",
  expired: "text-danger",
};

const DONE_WORDS = "It was carried out; the agent looked and found it so.";

/** How far it is, counted in seconds while it is under way. */
const Progress = ({ seen, stopGraceSeconds }: ActionEntryProps) => {
  const live = useLive();
  useNow();
  const words = progressWords(seen, stopGraceSeconds, live.hubNow());
  if (words === null) return seen.action.state === "succeeded" ? DONE_WORDS : null;
  return <span className="text-warn">{words}</span>;
};
