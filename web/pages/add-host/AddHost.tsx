import { useMutation } from "@tanstack/react-query";
import type { CreateHostResponse } from "@yardarm/protocol/api/hosts";
import { type FormEvent, useState } from "react";
import { createHost } from "../../api/calls.ts";
import { may } from "../../api/permissions.ts";
import { formatDuration } from "../../format/duration.ts";
import { useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Button } from "../../ui/Button.tsx";
import { CommandBlock } from "../../ui/CommandBlock.tsx";
import { TextField } from "../../ui/Field.tsx";
import { Select } from "../../ui/Select.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { useMe } from "../use-me.ts";
import { EnrollmentTicks } from "./EnrollmentTicks.tsx";

/** Name a host, paste the command there, watch it arrive. */
export const AddHost = () => {
  const me = useMe();
  const [name, setName] = useState("");
  const creating = useMutation({ mutationFn: createHost });
  if (creating.data !== undefined) {
    return <PasteCommand created={creating.data} onAgain={() => creating.reset()} />;
  }
  const refusal = may(me, "hosts.create") ? null : "Your role does not allow adding hosts. Ask an owner or admin.";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (refusal === null && name.trim() !== "") creating.mutate({ name: name.trim() });
  };
  return (
    <form onSubmit={submit} className="flex max-w-120 flex-col gap-3" noValidate>
      <TextField
        label="Name of the host"
        hint="As you call it, for example fra-1."
        autoComplete="off"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {creating.isError ? <ProblemState error={creating.error} /> : null}
      <div>
        <Button
          type="submit"
          look="primary"
          disabledReason={
            refusal ?? (creating.isPending ? "Making the command…" : name.trim() === "" ? "Name the host first." : null)
          }
        >
          Get the command
        </Button>
      </div>
    </form>
  );
};

const WAYS = [
  { value: "dockerRun", label: "docker run" },
  { value: "compose", label: "Compose" },
  { value: "systemd", label: "systemd" },
  { value: "node", label: "Node" },
] as const;
type Way = (typeof WAYS)[number]["value"];

const PasteCommand = ({ created, onAgain }: { readonly created: CreateHostResponse; readonly onAgain: () => void }) => {
  const [way, setWay] = useState<Way>("node");
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p>
        Run this on <strong>{created.host.name}</strong>. The token in it is shown only now and works once.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Select label="With" value={way} options={WAYS} onChange={setWay} />
        <Expiry expiresAt={created.expiresAt} onAgain={onAgain} />
      </div>
      <CommandBlock label={`Command for ${created.host.name}`} command={created.commands[way]} />
      <EnrollmentTicks hostId={created.host.hostId} />
    </div>
  );
};

const Expiry = ({ expiresAt, onAgain }: { readonly expiresAt: string; readonly onAgain: () => void }) => {
  const live = useLive();
  useNow();
  const leftMs = Date.parse(expiresAt) - live.hubNow();
  if (leftMs > 0) return <span className="tabular text-muted">valid for {formatDuration(leftMs)}</span>;
  return (
    <span className="flex items-center gap-2 text-warn">
      The token has expired.
      <Button isSmall onClick={onAgain}>
        Get a new one
      </Button>
    </span>
  );
};
