import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Field.tsx";
import { ProblemState } from "../ProblemState.tsx";

export type NameDialogProps = {
  readonly title: string;
  readonly label: string;
  readonly hint?: string;
  /** What it is called now; empty for something new. */
  readonly name: string;
  readonly verb: string;
  readonly save: (name: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

const LONGEST = 100;

/** Asks for one name. */
export const NameDialog = ({ title, label, hint, name, verb, save, onClose, onDone }: NameDialogProps) => {
  const [typed, setTyped] = useState(name);
  const saving = useMutation({
    mutationFn: save,
    onSuccess: () => {
      onClose();
      onDone();
    },
  });
  const wanted = typed.trim();
  const missing = wanted === "" ? "Enter a name first." : wanted === name ? "This is its name already." : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) saving.mutate(wanted);
  };
  return (
    <Dialog isOpen onClose={onClose} title={title}>
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <TextField
          label={label}
          {...(hint === undefined ? {} : { hint })}
          autoComplete="off"
          maxLength={LONGEST}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {saving.isError ? <ProblemState error={saving.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={saving.isPending ? "Saving…" : missing}>
            {verb}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};
