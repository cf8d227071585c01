import { useMutation } from "@tanstack/react-query";
import type { Host, HostApproval } from "@yardarm/protocol/host";
import { judgeAgent } from "../../api/host-calls.ts";
import { refusalOf } from "../../api/permissions.ts";
import { formatDuration } from "../../format/duration.ts";
import { Button } from "../../ui/Button.tsx";
import { useAge } from "../ages.ts";
import { ProblemState } from "../ProblemState.tsx";
import { useMe } from "../use-me.ts";

export type ApproveAgentProps = { readonly host: Host; readonly approval: HostApproval };

/** An agent that has joined and waits: its key, to be compared with the one that it shows on its host. */
export const ApproveAgent = ({ host, approval }: ApproveAgentProps) => {
  const refusal = refusalOf(useMe(), "host.manage");
  const ageMs = useAge()(approval.sinceNs);
  const judging = useMutation({
    mutationFn: (verdict: "approve" | "refuse") => judgeAgent(host.hostId, verdict, approval.keyFingerprint),
  });
  const disabledReason = refusal ?? (judging.isPending ? "Under way…" : null);
  return (
    <section aria-label="Approval" className="flex max-w-160 flex-col gap-2 rounded-md border border-warn p-3">
      <p>
        <strong>An agent waits for your approval.</strong> It calls its machine {approval.hostname}, came from{" "}
        {approval.address} {ageMs === null ? null : `${formatDuration(ageMs)} ago`} and delivers nothing until then.
      </p>
      <p>
        Compare its key with the fingerprint that the agent shows where you started it:
        <code className="block py-1 font-mono text-large">{approval.keyFingerprint}</code>
      </p>
      {judging.isError ? <ProblemState error={judging.error} /> : null}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" disabledReason={disabledReason} onClick={() => judging.mutate("approve")}>
          They are the same: approve
        </Button>
        <Button look="danger" disabledReason={disabledReason} onClick={() => judging.mutate("refuse")}>
          Refuse
        </Button>
      </div>
    </section>
  );
};
