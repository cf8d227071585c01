import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { auditVerdictQuery } from "../../api/audit-calls.ts";
import { Button } from "../../ui/Button.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { verdictSentence } from "./audit-words.ts";

/** Whether the chain holds: computed by the hub over every row, and held against what the agents remember. */
export const ChainStatus = () => {
  const verdict = useQuery(auditVerdictQuery);
  if (verdict.isError && verdict.data === undefined) {
    return <ProblemState error={verdict.error} onRetry={() => void verdict.refetch()} />;
  }
  const isBroken = verdict.data?.ok === false;
  const Icon = isBroken ? ShieldAlert : ShieldCheck;
  return (
    <div
      role={isBroken ? "alert" : undefined}
      className={`flex min-h-24 items-center phone:min-h-12 gap-2 rounded-control border p-2 ${isBroken ? "border-danger text-danger" : "border-line"}`}
    >
      <Icon className={`size-4 shrink-0 ${verdict.data?.ok === true ? "text-ok" : ""}`} aria-hidden="true" />
      <p className="min-w-0 flex-1">
        {verdict.data === undefined ? "Verifying the chain…" : verdictSentence(verdict.data)}
      </p>
      <Button
        isSmall
        disabledReason={verdict.isFetching ? "Verifying…" : null}
        hint="Computes every row's hash anew and demands the rows that agents remember"
        onClick={() => void verdict.refetch()}
      >
        Verify again
      </Button>
    </div>
  );
};
