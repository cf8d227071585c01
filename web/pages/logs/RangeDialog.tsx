import type { FormEvent } from "react";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { RangeFields, useRangeTyping } from "../../ui/RangeFields.tsx";
import type { StoredRange } from "./stored-range.ts";

export type RangeDialogProps = {
  readonly range: StoredRange;
  readonly nowMs: number;
  readonly onChange: (range: StoredRange) => void;
  readonly onClose: () => void;
};

/** From one moment to another, as people type them. */
export const RangeDialog = ({ range, nowMs, onChange, onClose }: RangeDialogProps) => {
  const typing = useRangeTyping(range, nowMs);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const typed = typing.read();
    if (typed === null) return;
    onChange(typed);
    onClose();
  };
  return (
    <Dialog isOpen onClose={onClose} title="From … to …" description="In this browser's time. An empty field is open.">
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <RangeFields typing={typing} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            Set the range
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};
