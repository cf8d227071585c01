import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { ProblemState } from "../ProblemState.tsx";

export type ConfirmDialogProps = {
  readonly title: string;
  /** What follows from it. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly verb: string;
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
  /** After it was done; the dialog closes first. */
  readonly onDone: () => void;
};

/** Asks before something that is not easily undone. What goes wrong stays in it. */
export const ConfirmDialog = ({ title, children, verb, run, onClose, onDone }: ConfirmDialogProps) => {
  const cancel = useRef<HTMLButtonElement>(null);
  const doing = useMutation({
    mutationFn: run,
    onSuccess: () => {
      onClose();
      onDone();
    },
  });
  return (
    <Dialog isOpen onClose={onClose} title={title} description={children} initialFocus={cancel}>
      {doing.isError ? <ProblemState error={doing.error} /> : null}
      <DialogButtons>
        <Button ref={cancel} onClick={onClose}>
          Cancel
        </Button>
        <Button look="danger" disabledReason={doing.isPending ? "Under way…" : null} onClick={() => doing.mutate()}>
          {verb}
        </Button>
      </DialogButtons>
    </Dialog>
  );
};
