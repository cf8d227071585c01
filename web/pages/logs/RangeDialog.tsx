import { type FormEvent, useState } from "react";
import { formatMoment } from "../../format/time.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Field.tsx";
import { parseMoment, type StoredRange } from "./stored-range.ts";

export type RangeDialogProps = {
  readonly range: StoredRange;
  readonly nowMs: number;
  readonly onChange: (range: StoredRange) => void;
  readonly onClose: () => void;
};

const HINT = "14:02, 2026-11-21 14:02:10, or 15m for so long ago";
const UNREADABLE = "This is no moment. Type a time, a date and a time, or an age such as 15m.";

/** From one moment to another, as people type them. */
export const RangeDialog = ({ range, nowMs, onChange, onClose }: RangeDialogProps) => {
  const [from, setFrom] = useState(() => written(range.fromMs));
  const [to, setTo] = useState(() => written(range.toMs));
  const [isChecked, setChecked] = useState(false);
  const [fromMs, toMs] = [from, to].map((text) => (text.trim() === "" ? undefined : parseMoment(text, nowMs)));
  const isReversed = typeof fromMs === "number" && typeof toMs === "number" && fromMs >= toMs;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (fromMs === null || toMs === null || isReversed) return;
    onChange({ fromMs, toMs });
    onClose();
  };
  return (
    <Dialog isOpen onClose={onClose} title="From … to …" description="In this browser's time. An empty field is open.">
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <TextField
          label="From"
          hint={HINT}
          autoComplete="off"
          maxLength={40}
          value={from}
          error={isChecked && fromMs === null ? UNREADABLE : null}
          onChange={(event) => setFrom(event.target.value)}
        />
        <TextField
          label="To"
          autoComplete="off"
          maxLength={40}
          value={to}
          error={isChecked && toMs === null ? UNREADABLE : isChecked && isReversed ? "This is not after From." : null}
          onChange={(event) => setTo(event.target.value)}
        />
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

const written = (atMs: number | undefined): string => (atMs === undefined ? "" : formatMoment(atMs));
