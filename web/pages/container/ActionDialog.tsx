import { useMutation } from "@tanstack/react-query";
import type { ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { requestAction } from "../../api/calls.ts";
import { useActions, useLive } from "../../live/live-context.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Field.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { type ActionVerdict, consequence, VERB_WORDS } from "./action-verdict.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";
import { ReasonField } from "./ReasonField.tsx";
import { rememberReason } from "./recent-reasons.ts";

export type ActionDialogProps = {
  readonly verb: ActionVerb;
  readonly container: Container;
  readonly hostName: string;
  /** Judged anew while the dialog is open: the container may change under it. */
  readonly verdict: ActionVerdict;
  readonly onClose: () => void;
};

/**
 * Names what it will hit, says what follows, asks why. Closes as soon as the hub has taken the action on, which the
 * timeline then shows; a refusal stays here.
 */
export const ActionDialog = ({ verb, container, hostName, verdict, onClose }: ActionDialogProps) => {
  const live = useLive();
  const [newest] = useActions(container.containerId);
  const [before] = useState(newest?.action.actionId);
  const [key] = useState(newIdempotencyKey);
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const cancel = useRef<HTMLButtonElement>(null);
  const typedName = verdict.allowed ? verdict.typedName : null;
  const asking = useMutation({
    mutationFn: () =>
      requestAction(
        container.containerId,
        { action: verb, reason: reason.trim(), ...(typedName === null ? {} : { override: typed }) },
        key,
      ),
    onSuccess: ({ action }) => {
      live.actions.apply(action);
      onClose();
    },
  });
  const isTaken = asking.isPending && newest !== undefined && newest.action.actionId !== before;
  useEffect(() => {
    if (isTaken) onClose();
  }, [isTaken, onClose]);

  const words = VERB_WORDS[verb];
  const missing = asking.isPending
    ? `${words.doing}…`
    : !verdict.allowed
      ? verdict.reason
      : reason.trim() === ""
        ? "Say why first: the reason is kept with the action."
        : typedName !== null && typed !== typedName
          ? "Type the container's name first."
          : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing !== null) return;
    rememberReason(reason.trim());
    asking.mutate();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`${words.verb} ${container.name} on ${hostName}?`}
      description={
        <>
          <p>{consequence(verb, container)}</p>
          {/* Names can be chosen to mislead; the id cannot. */}
          <p className="truncate text-meta">
            <code>{container.dockerId.slice(0, 12)}</code> · {container.image}
          </p>
        </>
      }
      initialFocus={cancel}
    >
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <ReasonField value={reason} onChange={setReason} />
        {typedName === null ? null : (
          <TextField
            label={`Type ${typedName} to go on`}
            hint={verdict.allowed && verdict.why !== null ? verdict.why : "The container is protected."}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {verdict.allowed ? null : (
          <p role="alert" className="text-warn">
            {verdict.reason}
          </p>
        )}
        {asking.isError ? <ProblemState error={asking.error} /> : null}
        <DialogButtons>
          <Button ref={cancel} onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            look={verb === "START" || verb === "UNPAUSE" ? "primary" : "danger"}
            disabledReason={missing}
          >
            {asking.isPending ? `${words.doing}…` : `${words.verb} ${container.name}`}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};
