import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { createHost } from "../../api/calls.ts";
import { refusalOf } from "../../api/permissions.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { useMe } from "../use-me.ts";
import { JoinCommand } from "./JoinCommand.tsx";

/** Name a host, paste the command there, watch it arrive. */
export const AddHost = () => {
  const me = useMe();
  const [name, setName] = useState("");
  const creating = useMutation({ mutationFn: createHost });
  if (creating.data !== undefined) return <JoinCommand created={creating.data} />;
  const refusal = refusalOf(me, "host.create");
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
