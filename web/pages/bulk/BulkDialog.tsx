import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ActionVerb } from "@yardarm/protocol/action";
import type { ActionPlan } from "@yardarm/protocol/api/bulk-actions";
import type { ContainerId } from "@yardarm/protocol/ids";
import { type FormEvent, useRef, useState } from "react";
import { beginBulk, planActions } from "../../api/action-calls.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatPlural } from "../../format/percent.ts";
import { useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Button } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Checkbox.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { SkeletonBlock } from "../../ui/Skeleton.tsx";
import { VERB_WORDS } from "../container/action-verdict.ts";
import { ReasonField } from "../container/ReasonField.tsx";
import { rememberReason } from "../container/recent-reasons.ts";
import { ProblemState } from "../ProblemState.tsx";
import { bulkPath } from "../paths.ts";
import { bulkConsequence, bulkWords } from "./bulk-words.ts";
import { PlanView } from "./PlanView.tsx";

export type BulkDialogProps = {
  readonly verb: ActionVerb;
  readonly containerIds: readonly ContainerId[];
  readonly onClose: () => void;
  /** It was begun: the page of its progress follows. */
  readonly onBegun: () => void;
};

/**
 * Asks the hub what an action on several containers would do, shows that, and carries out exactly this when it is
 * confirmed with a reason. A plan is worth five minutes; then it has to be made again.
 */
export const BulkDialog = ({ verb, containerIds, onClose, onBegun }: BulkDialogProps) => {
  const navigate = useNavigate();
  const cancel = useRef<HTMLButtonElement>(null);
  // Of this opening of the dialog: an earlier plan may show what is no longer so.
  const [opening] = useState(() => crypto.getRandomValues(new Uint32Array(2)).join("-"));
  const planning = useQuery({
    queryKey: ["plan", opening],
    queryFn: () => planActions({ action: verb, containerIds: [...containerIds] }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const [reason, setReason] = useState("");
  const [stopOnFailure, setStopOnFailure] = useState(false);
  const plan = planning.isFetching ? undefined : planning.data;
  const left = useTimeLeft(plan);
  const beginning = useMutation({
    mutationFn: ({ planId }: ActionPlan) =>
      beginBulk({ planId, reason: reason.trim(), stopOnFailure, parallelism: AT_ONCE }),
    onSuccess: ({ bulkId }) => {
      onBegun();
      onClose();
      void navigate({ to: bulkPath(bulkId) });
    },
  });
  const words = VERB_WORDS[verb];
  const missing = beginning.isPending
    ? `${words.doing}…`
    : plan === undefined
      ? "The hub is being asked what would happen."
      : plan.targets.length === 0
        ? "Nothing is left to act on."
        : left === null
          ? "This plan is too old. Look again at what would happen."
          : reason.trim() === ""
            ? "Say why first: the reason is kept with the actions."
            : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing !== null || plan === undefined) return;
    rememberReason(reason.trim());
    beginning.mutate(plan);
  };
  const title =
    plan === undefined || plan.targets.length === 0
      ? `${words.verb} ${formatPlural(containerIds.length, "container")}?`
      : `${bulkWords(verb, plan.targets)}?`;
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title={title}
      description={<p className="min-h-15 phone:min-h-10">{bulkConsequence(verb, plan?.longestGraceSeconds ?? 0)}</p>}
      initialFocus={cancel}
    >
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        {plan === undefined && !planning.isError ? (
          <SkeletonBlock className="h-[min(320px,40dvh)]" label="Asking what would happen" />
        ) : null}
        {planning.isError && !planning.isFetching ? (
          <ProblemState error={planning.error} onRetry={() => void planning.refetch()} />
        ) : null}
        {plan === undefined ? null : <PlanView plan={plan} />}
        <ReasonField value={reason} onChange={setReason} />
        <Checkbox
          isChecked={stopOnFailure}
          onChange={setStopOnFailure}
          label="Stop after a failure"
          hint={`At most ${AT_ONCE} at a time. After one fails, or nobody knows what became of it, nothing further is begun.`}
        />
        {beginning.isError ? <ProblemState error={beginning.error} /> : null}
        <div className="flex h-7 items-center gap-2 text-meta text-muted">
          {plan === undefined ? null : (
            <>
              <span className="tabular">
                {left === null
                  ? "This plan is too old."
                  : `Nothing has been done yet. Good for ${formatDuration(left)}.`}
              </span>
              <Button isSmall look="quiet" onClick={() => void planning.refetch()}>
                Look again
              </Button>
            </>
          )}
        </div>
        <DialogButtons>
          <Button ref={cancel} onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            look={verb === "START" || verb === "UNPAUSE" ? "primary" : "danger"}
            disabledReason={missing}
          >
            {plan === undefined || plan.targets.length === 0 ? words.verb : bulkWords(verb, plan.targets)}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

const AT_ONCE = 4;

/** For how long the plan is good, in milliseconds; `null` when it is too old, or there is none. */
const useTimeLeft = (plan: ActionPlan | undefined): number | null => {
  const live = useLive();
  useNow();
  if (plan === undefined) return null;
  const leftMs = Date.parse(plan.expiresAt) - live.hubNow();
  return leftMs > 0 ? leftMs : null;
};
