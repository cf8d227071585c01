import { useMutation } from "@tanstack/react-query";
import type { CreateHostResponse } from "@yardarm/protocol/api/hosts";
import { useState } from "react";
import { issueJoinToken } from "../../api/calls.ts";
import { formatDuration } from "../../format/duration.ts";
import { useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Button } from "../../ui/Button.tsx";
import { CommandBlock } from "../../ui/CommandBlock.tsx";
import { Select } from "../../ui/Select.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { EnrollmentTicks } from "./EnrollmentTicks.tsx";

const WAYS = [
  { value: "node", label: "Node" },
  { value: "dockerRun", label: "docker run" },
  { value: "compose", label: "Compose" },
  { value: "systemd", label: "systemd" },
] as const;
type Way = (typeof WAYS)[number]["value"];

/** The command for a host, as long as its token lives, and what has come of it. */
export const JoinCommand = ({ created }: { readonly created: CreateHostResponse }) => {
  const [way, setWay] = useState<Way>("node");
  const renewing = useMutation({ mutationFn: () => issueJoinToken(created.host.hostId) });
  const { host, commands, expiresAt } = renewing.data ?? created;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p>
        Run this on <strong>{host.name}</strong>. The token in it is shown only now and works once.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Select label="With" value={way} options={WAYS} onChange={setWay} />
        <Expiry expiresAt={expiresAt} onRenew={() => renewing.mutate()} />
      </div>
      {renewing.isError ? <ProblemState error={renewing.error} /> : null}
      <CommandBlock label={`Command for ${host.name}`} command={commands[way]} />
      <EnrollmentTicks hostId={host.hostId} before={created.host} />
    </div>
  );
};

const Expiry = ({ expiresAt, onRenew }: { readonly expiresAt: string; readonly onRenew: () => void }) => {
  const live = useLive();
  useNow();
  const leftMs = Date.parse(expiresAt) - live.hubNow();
  if (leftMs > 0) return <span className="tabular text-muted">valid for {formatDuration(leftMs)}</span>;
  return (
    <span className="flex items-center gap-2 text-warn">
      The token has expired.
      <Button isSmall onClick={onRenew}>
        Get a new one
      </Button>
    </span>
  );
};
