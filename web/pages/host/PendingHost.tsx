import { useMutation } from "@tanstack/react-query";
import type { Host } from "@yardarm/protocol/host";
import { issueJoinToken } from "../../api/calls.ts";
import { refusalOf } from "../../api/permissions.ts";
import { Button } from "../../ui/Button.tsx";
import { EnrollmentTicks } from "../add-host/EnrollmentTicks.tsx";
import { JoinCommand } from "../add-host/JoinCommand.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { useMe } from "../use-me.ts";

/** A host whose agent has not joined: how far it is, and a new command for whoever lost the first one. */
export const PendingHost = ({ host }: { readonly host: Host }) => {
  const me = useMe();
  const renewing = useMutation({ mutationFn: () => issueJoinToken(host.hostId) });
  if (renewing.data !== undefined) {
    return (
      <div className="overflow-y-auto p-3">
        <JoinCommand created={renewing.data} />
      </div>
    );
  }
  const refusal = refusalOf(me, "host.manage");
  return (
    <div className="flex flex-col items-start gap-3 p-3">
      {host.approval === undefined ? <p>The agent of this host has not joined yet.</p> : null}
      <EnrollmentTicks hostId={host.hostId} before={null} />
      {renewing.isError ? <ProblemState error={renewing.error} /> : null}
      <Button
        disabledReason={refusal ?? (renewing.isPending ? "Making the command…" : null)}
        onClick={() => renewing.mutate()}
      >
        Get a new command
      </Button>
    </div>
  );
};
