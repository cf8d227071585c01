import type { ContainerId } from "@yardarm/protocol/ids";
import { formatMoment, nsToMs } from "../../format/time.ts";
import type { SeenAction } from "../../live/action-store.ts";
import { useActions } from "../../live/live-context.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { VERB_WORDS } from "./action-verdict.ts";
import { actionLook, outcomeWords, stepWords } from "./action-words.ts";

/** Every action on the container that this page has seen, with its whole course. */
export const ActionList = ({ containerId }: { readonly containerId: ContainerId }) => {
  const actions = useActions(containerId);
  return (
    <section aria-label="Actions" className="flex flex-col gap-2 border-line border-b p-3">
      <h2 className="font-medium">Actions</h2>
      {actions.length === 0 ? <p className="text-muted">None since this page was opened.</p> : null}
      <ul className="flex flex-col gap-3">
        {actions.map((seen) => (
          <li key={seen.action.actionId}>
            <ActionEntry seen={seen} />
          </li>
        ))}
      </ul>
    </section>
  );
};

const ActionEntry = ({ seen }: { readonly seen: SeenAction }) => {
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
      <p className="text-muted">“{action.reason}”</p>
      {outcome === null ? null : <p className={action.error === null ? "text-warn" : "text-danger"}>{outcome}</p>}
      <ol className="flex flex-wrap gap-x-2 text-meta text-muted tabular">
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
