import { Link } from "@tanstack/react-router";
import { isSettled } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { mayReadAudit } from "../../api/permissions.ts";
import { newestFirst, type SeenAction, toSeen } from "../../live/action-store.ts";
import { useActions } from "../../live/live-context.tsx";
import { Button } from "../../ui/Button.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";
import { ActionEntry } from "./ActionEntry.tsx";
import { useActionHistory } from "./use-action-history.ts";

/** Every action on the container, newest first: those under way with their course as it happens, the others as the hub keeps them. */
export const ActionList = ({ container }: { readonly container: Container }) => {
  const { containerId, stopGraceSeconds } = container;
  const { actions, history } = useAllActions(containerId);
  return (
    <section aria-label="Actions" className="flex flex-col gap-2 border-line border-b p-3">
      <div className="flex items-baseline gap-3">
        <h2 className="flex-1 font-medium">Actions</h2>
        <AuditLink containerId={containerId} />
      </div>
      {actions.length === 0 && !history.isError ? (
        <p className="text-muted">{history.isSuccess ? "None so far." : "Asking the hub…"}</p>
      ) : null}
      {history.isError ? <ProblemState error={history.error} onRetry={() => void history.refetch()} /> : null}
      <ul className="flex flex-col gap-3">
        {actions.map((seen) => (
          <li key={seen.action.actionId}>
            <ActionEntry seen={seen} stopGraceSeconds={isSettled(seen.action.state) ? null : stopGraceSeconds} />
          </li>
        ))}
      </ul>
      {history.hasNextPage ? (
        <Button
          isSmall
          className="self-start"
          disabledReason={history.isFetchingNextPage ? "Loading…" : null}
          onClick={() => void history.fetchNextPage()}
        >
          Show older actions
        </Button>
      ) : null}
    </section>
  );
};

/** What this page has seen happen knows more than what the hub keeps: also the engine's own events. */
const useAllActions = (containerId: ContainerId) => {
  const seen = useActions(containerId);
  const history = useActionHistory(containerId);
  const known = new Set(seen.map(({ action }) => action.actionId));
  const kept = history.data?.pages.flatMap(({ items }) => items) ?? [];
  const others: readonly SeenAction[] = kept.filter(({ actionId }) => !known.has(actionId)).map(toSeen);
  return { actions: newestFirst([...others.toReversed(), ...seen.toReversed()]), history };
};

const AuditLink = ({ containerId }: { readonly containerId: ContainerId }) =>
  mayReadAudit(useMe()) ? (
    <Link to={PATHS.audit} search={{ target: containerId }} className="text-accent text-meta underline">
      In the audit
    </Link>
  ) : null;
