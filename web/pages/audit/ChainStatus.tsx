import { useMutation, useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { newestVerdictQuery, verifyWholeAudit } from "../../api/audit-calls.ts";
import { Button } from "../../ui/Button.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { verdictSentence } from "./audit-words.ts";

/** Whether the chain holds, held against what the agents remember: its newest rows on opening, every row when asked. */
export const ChainStatus = () => {
  const newest = useQuery(newestVerdictQuery);
  const whole = useMutation({ mutationFn: verifyWholeAudit });
  const problem = whole.error ?? (newest.data === undefined ? newest.error : null);
  if (problem !== null) {
    const retry = (): void => (whole.error === null ? void newest.refetch() : whole.mutate());
    return <ProblemState error={problem} onRetry={retry} />;
  }
  const verdict = whole.data ?? newest.data;
  const isBroken = verdict?.ok === false;
  const Icon = isBroken ? ShieldAlert : ShieldCheck;
  return (
    <div
      role={isBroken ? "alert" : undefined}
      className={`flex min-h-24 items-center phone:min-h-12 gap-2 rounded-control border p-2 ${isBroken ? "border-danger text-danger" : "border-line"}`}
    >
      <Icon className={`size-4 shrink-0 ${verdict?.ok === true ? "text-ok" : ""}`} aria-hidden="true" />
      <p className="min-w-0 flex-1">{verdict === undefined ? "Verifying the chain…" : verdictSentence(verdict)}</p>
      <Button
        isSmall
        disabledReason={whole.isPending ? "Verifying…" : null}
        hint="Computes every row's hash anew and demands the rows that agents remember"
        onClick={() => whole.mutate()}
      >
        Verify all
      </Button>
    </div>
  );
};
