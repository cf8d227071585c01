import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { isSettled } from "@yardarm/protocol/action";
import type { BulkAction, BulkTarget } from "@yardarm/protocol/api/bulk-actions";
import { asId, type BulkId, type ContainerId } from "@yardarm/protocol/ids";
import { useState } from "react";
import { getBulk } from "../../api/action-calls.ts";
import { mayAct, mayReadAudit, roleOf } from "../../api/permissions.ts";
import { formatPlural } from "../../format/percent.ts";
import { formatMoment } from "../../format/time.ts";
import { useActions, useContainer, useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Button } from "../../ui/Button.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { VERB_WORDS } from "../container/action-verdict.ts";
import { progressWords } from "../container/action-words.ts";
import { PlainLink } from "../PlainLink.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { containerPath, PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";
import { useTitle } from "../use-title.ts";
import { BulkDialog } from "./BulkDialog.tsx";
import { bulkStateWords, byConcern, countWords, isOver, targetLook } from "./bulk-words.ts";

const route = getRouteApi("/signed-in/bulk/$bulkId");

/** Asked again so often while it runs, in milliseconds; what is unknown may stay so for long. */
const RUNNING_MS = 1_000;
const UNKNOWN_MS = 5_000;

/** An action on several containers: how far it is, and what came of it. Its address shows the same to everybody who may. */
export const BulkPage = () => {
  const bulkId = asId<BulkId>(route.useParams().bulkId);
  const bulk = useQuery({
    queryKey: ["bulk", bulkId],
    queryFn: ({ signal }) => getBulk(bulkId, signal),
    refetchInterval: ({ state: { data } }) =>
      data === undefined || isOver(data) ? false : data.state === "running" ? RUNNING_MS : UNKNOWN_MS,
  });
  useTitle("Action on several containers");
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto [scrollbar-gutter:stable]">
      <div className="mx-auto flex w-full max-w-220 flex-col gap-3 p-4">
        {bulk.data === undefined ? (
          <>
            <h1 className="font-semibold text-large">Action on several containers</h1>
            {bulk.isError ? (
              <ProblemState error={bulk.error} onRetry={() => void bulk.refetch()} />
            ) : (
              <SkeletonRows rows={6} label="Loading the action" />
            )}
          </>
        ) : (
          <Course bulk={bulk.data} />
        )}
        {bulk.data !== undefined && bulk.isError ? <ProblemState error={bulk.error} /> : null}
      </div>
    </div>
  );
};

const Course = ({ bulk }: { readonly bulk: BulkAction }) => {
  const { targets } = bulk;
  const ended = targets.filter(({ state }) => state !== "waiting" && state !== "under_way").length;
  return (
    <>
      <h1 className="font-semibold text-large">
        {VERB_WORDS[bulk.action].verb} {formatPlural(targets.length, "container")}
      </h1>
      <p className="break-words text-muted">
        “{bulk.reason}” · by {bulk.actor} · {formatMoment(Date.parse(bulk.startedAt))}
        {bulk.stopOnFailure ? " · stops after a failure" : ""}
      </p>
      <div className="flex flex-col gap-1">
        <progress
          aria-label="Ended"
          max={Math.max(1, targets.length)}
          value={ended}
          className="h-2 w-full appearance-none overflow-hidden rounded-control bg-raised [&::-webkit-progress-bar]:bg-raised [&::-webkit-progress-value]:bg-accent"
        />
        <p role="status" className="font-medium tabular">
          {countWords(targets)}
        </p>
        <p className="text-muted">{bulkStateWords(bulk)}</p>
      </div>
      <Further bulk={bulk} />
      <ul aria-label="Containers" className="flex flex-col border-line border-t">
        {/* In the planned order while it runs, so that no row moves under the eye. */}
        {(bulk.state === "running" ? targets : byConcern(targets)).map((target) => (
          <TargetRow key={target.containerId} target={target} bulkId={bulk.bulkId} />
        ))}
      </ul>
    </>
  );
};

type TargetProps = { readonly target: BulkTarget; readonly bulkId: BulkId };

const TargetRow = ({ target, bulkId }: TargetProps) => (
  <li className="grid min-h-10 grid-cols-[112px_minmax(0,1fr)] items-center gap-x-3 border-line border-b py-1">
    <StateBadge look={targetLook(target.state)} />
    <span className="flex min-w-0 gap-3">
      <PlainLink to={containerPath(target.hostId, target.containerId)} className="truncate font-medium hover:underline">
        {target.name}
      </PlainLink>
      <span className="min-w-0 flex-1 truncate text-muted">{target.hostName}</span>
    </span>
    <span className="col-start-2 min-h-4 text-meta text-muted tabular">
      {target.error === null ? <TargetProgress target={target} bulkId={bulkId} /> : target.error.message}
    </span>
  </li>
);

/** The course of its action as the hub tells it. */
const TargetProgress = ({ target, bulkId }: TargetProps) => {
  const live = useLive();
  useNow();
  const container = useContainer(target.containerId);
  const seen = useActions(target.containerId).find(({ action }) => action.bulkId === bulkId);
  if (target.state === "skipped") return "It was not begun, and will not be.";
  if (seen === undefined || isSettled(seen.action.state)) return null;
  return progressWords(seen, container?.stopGraceSeconds ?? null, live.hubNow());
};

/** What can be done next: the same again for what did not work, the audit, back. */
const Further = ({ bulk }: { readonly bulk: BulkAction }) => {
  const me = useMe();
  const [again, setAgain] = useState<readonly ContainerId[] | null>(null);
  const left = bulk.targets.filter(({ state }) => state === "failed" || state === "skipped");
  const reason = !mayAct(me, bulk.action)
    ? `Your role (${roleOf(me)}) may look, but not act.`
    : bulk.state === "running"
      ? "It is still under way."
      : left.length === 0
        ? "Nothing failed or was left out."
        : null;
  return (
    <div className="flex flex-wrap items-center gap-4">
      <Button disabledReason={reason} onClick={() => setAgain(left.map(({ containerId }) => containerId))}>
        Try the rest again
      </Button>
      {mayReadAudit(me) ? (
        <Link to={PATHS.audit} search={{ target: bulk.bulkId }} className="text-accent underline">
          In the audit
        </Link>
      ) : null}
      <Link to={PATHS.fleet} className="text-accent underline">
        Back to the fleet
      </Link>
      {again === null ? null : (
        <BulkDialog verb={bulk.action} containerIds={again} onClose={() => setAgain(null)} onBegun={() => {}} />
      )}
    </div>
  );
};
